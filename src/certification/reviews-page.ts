import { escaped } from '../access-control/index.js';
import { REVIEWS_PATH } from './review-links.js';

/** What of an item is in a line of the page. */
export interface ListedItem {
  readonly id: string;
  readonly campaign: { readonly name: string; readonly dueAt: string | null };
  readonly subject: { readonly type: string; readonly displayName: string | null };
  readonly state: string;
  readonly risk: string | null;
  readonly recommendation: { readonly verdict: string | null; readonly because: string } | null;
  readonly decision: { readonly verdict: string } | null;
  readonly changes: readonly string[];
}

export interface ReviewsPage {
  readonly name: string;
  /** Somebody of the people records: others are asked nothing. */
  readonly isPerson: boolean;
  /** The way here was made for whoever is signed in. */
  readonly isTheirs: boolean;
  readonly isOneCampaign: boolean;
  readonly items: readonly ListedItem[];
  readonly next: string | null;
}

/** What somebody is asked, as a table. Nothing on it decides: what can be followed by accident must not. */
export function reviewsPage({ name, isPerson, isTheirs, isOneCampaign, items, next }: ReviewsPage): string {
  const notes = [
    `You are signed in as ${name}.`,
    ...(isTheirs ? [] : ['The way you came was made for somebody else. What is shown is yours.']),
    ...(isPerson ? [] : ['You are in no people record, so nothing is asked of you.']),
  ];
  const all = isOneCampaign ? `<p><a href="${REVIEWS_PATH}">Everything that waits for me</a></p>` : '';
  return `<p>${escaped(notes.join(' '))}</p>
${items.length === 0 ? '<p>Nothing waits for you here.</p>' : table(items)}
${next === null ? '' : `<p><a href="${escaped(next)}">More</a></p>`}${all}
<p>Decide with <code>mandate review decide</code> or <code>POST /api/v1/review-items/:id/decision</code>. This page only shows.</p>`;
}

const HEADS = ['What', 'Risk', 'The evidence speaks for', 'Since then', 'Decided', 'Campaign', 'Due'];

const table = (items: readonly ListedItem[]): string =>
  `<table><caption>The gravest first</caption><thead><tr>${HEADS.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>${items.map(row).join('\n')}</tbody></table>`;

const row = ({ id, campaign, subject, risk, recommendation, decision, changes }: ListedItem): string =>
  `<tr><th scope="row"><a href="/api/v1/review-items/${escaped(id)}">${escaped(subject.displayName ?? subject.type)}</a></th>${[
    risk ?? 'unrated',
    recommendation === null ? 'not looked at yet' : `${recommendation.verdict ?? 'nothing'}: ${recommendation.because}`,
    changes.join('; '),
    decision?.verdict ?? 'open',
    campaign.name,
    campaign.dueAt === null ? '' : `${campaign.dueAt.slice(0, 16).replace('T', ' ')} UTC`,
  ]
    .map((cell) => `<td>${escaped(cell)}</td>`)
    .join('')}</tr>`;
