import type { Contributions, NewsKind, OwedKind } from './contributions.js';
import type { Digest, OwedGroup, Severity } from './digest.js';

/** A digest in words, for whichever way it goes. */
export interface Written {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Line {
  readonly words: string;
  readonly url: string | null;
}

interface Section {
  readonly lead: string;
  readonly items: readonly Line[];
  readonly link: { readonly label: string; readonly url: string } | null;
}

const PEOPLE_SHOWN = 20;
const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/**
 * Writes a digest out as subject, plain text and HTML. Links lead to where things are shown; none of them does
 * anything, because scanners open links and mail is forwarded. `links` has those of single things, by kind and ref.
 */
export function writeDigest(
  digest: Digest,
  known: Pick<Contributions, 'owed' | 'news'>,
  publicUrl: string,
  links: ReadonlyMap<string, string>,
): Written {
  const base = publicUrl.replace(/\/+$/, '');
  const sections = [...owedSections(digest, known.owed, base, links), ...newsSections(digest, known.news, base)];
  const greeting = digest.reader ? `Hello ${digest.reader.displayName},` : null;
  const why = digest.reader
    ? 'You get this because something here is yours, or because you manage, head or look after what is. Nothing can be decided from this mail: the links only show.'
    : 'Nothing can be decided from here: the links only show.';
  const preferences = digest.reader
    ? { label: 'When and how you are told', url: `${base}/settings/notifications?person=${digest.reader.id}` }
    : null;
  const subject = subjectOf(digest, known);
  const text = [
    ...(greeting ? [greeting, ''] : []),
    ...sections.flatMap(({ lead, items, link }) => [
      lead,
      ...items.map(({ words, url }) => `  - ${words}${url === null ? '' : `\n    ${url}`}`),
      ...(link ? [`${link.label}: ${link.url}`] : []),
      '',
    ]),
    '--',
    why,
    ...(preferences ? [`${preferences.label}: ${preferences.url}`] : []),
    '',
  ].join('\n');
  return { subject, text, html: html(subject, greeting, sections, why, preferences) };
}

function owedSections(
  digest: Digest,
  kinds: readonly OwedKind[],
  base: string,
  links: ReadonlyMap<string, string>,
): Section[] {
  const line = (kind: string, item: OwedGroup['worst'][number], isOwn: boolean): Line => {
    const link = isOwn ? links.get(`${kind} ${item.ref}`) : undefined;
    return { words: worstWords(item, digest), url: link === undefined ? null : base + link };
  };
  const own = digest.owed.filter(({ level }) => level === 'own');
  const others = digest.owed.filter(({ level }) => level !== 'own');
  const sections = own.map((group): Section => {
    const kind = kindOf(kinds, group.kind);
    return {
      lead: `You have ${counted(group.count, kind)}${bySeverity(group)}.${overdueWords(group)}${nextWords(group, digest.zone)}`,
      items: group.worst.map((item) => line(group.kind, item, true)),
      link: { label: `See all ${group.count}`, url: base + kind.path(digest.reader!.id) },
    };
  });
  for (const group of others.slice(0, PEOPLE_SHOWN)) {
    const kind = kindOf(kinds, group.kind);
    const because = { manager: 'whom you manage', head: 'in what you head', named: kind.course?.because, own: '' };
    sections.push({
      lead: `${group.about!.displayName}, ${because[group.level]}, has ${counted(group.count, kind)} ${late(kind)}${bySeverity(group)}.`,
      items: group.worst.map((item) => line(group.kind, item, false)),
      link: { label: `See all ${group.count}`, url: base + kind.path(group.about!.id) },
    });
  }
  if (others.length > PEOPLE_SHOWN)
    sections.push({
      lead: `${others.length - PEOPLE_SHOWN} more people have something overdue.`,
      items: [],
      link: { label: 'See all that is overdue', url: `${base}/findings?overdue=true` },
    });
  return sections;
}

function newsSections(digest: Digest, kinds: readonly NewsKind[], base: string): Section[] {
  if (digest.news.length === 0) return [];
  return digest.news.map((group, at): Section => {
    const kind = newsKindOf(kinds, group.kind);
    const lead = `${counted(group.count, kind)}${group.count > group.named.length ? ', among them' : ''}:`;
    return {
      lead:
        at === 0
          ? `New since ${dayAndTime(digest.newsSince!, digest.zone)}: ${lead}`
          : `${lead[0]!.toUpperCase()}${lead.slice(1)}`,
      items: group.named.map((words) => ({ words, url: null })),
      link: { label: 'See them', url: base + kind.path },
    };
  });
}

function subjectOf({ owed, news, zone }: Digest, known: Pick<Contributions, 'owed' | 'news'>): string {
  const own = owed.filter(({ level }) => level === 'own');
  const parts: string[] = own.map((group) => counted(group.count, kindOf(known.owed, group.kind)));
  const overdue = own.reduce((sum, group) => sum + group.overdue, 0);
  const next = own
    .map(({ nextDueAt }) => nextDueAt)
    .filter((due) => due !== null)
    .sort()[0];
  if (overdue > 0) parts.push(`${overdue} overdue`);
  if (next !== undefined) parts.push(`the next by ${day(next, zone)}`);
  const people = new Set(owed.flatMap(({ about }) => (about ? [about.id] : []))).size;
  if (people > 0) {
    const isLong = owed.some(({ about, kind }) => about && !kindOf(known.owed, kind).course);
    parts.push(`${people === 1 ? '1 person' : `${people} people`} ${isLong ? 'long overdue' : 'overdue'}`);
  }
  if (news.length > 0)
    parts.push(`new: ${news.map((group) => counted(group.count, newsKindOf(known.news, group.kind))).join(', ')}`);
  return oneLine(parts.join(', '));
}

/** By the common ladder those above hear of it after weeks; a course of its own may tell them the day after. */
const late = ({ course }: OwedKind): string => (course ? 'overdue' : 'long overdue');
const kindOf = (kinds: readonly OwedKind[], name: string): OwedKind => kinds.find(({ kind }) => kind === name)!;
const newsKindOf = (kinds: readonly NewsKind[], name: string): NewsKind => kinds.find(({ kind }) => kind === name)!;

const counted = (count: number, { one, many }: { one: string; many: string }): string =>
  `${count} ${count === 1 ? one : many}`;

function bySeverity({ severities, count }: OwedGroup): string {
  const parts = SEVERITIES.filter((severity) => severities[severity] > 0);
  if (parts.length === 0) return '';
  if (parts.length === 1 && severities[parts[0]!] === count) return ` (${parts[0]!})`;
  return `: ${parts.map((severity) => `${severities[severity]} ${severity}`).join(', ')}`;
}

const overdueWords = ({ overdue, count }: OwedGroup): string =>
  overdue === 0
    ? ''
    : overdue === count
      ? count === 1
        ? ' It is overdue.'
        : ' All are overdue.'
      : ` ${overdue} ${overdue === 1 ? 'is' : 'are'} overdue.`;
const nextWords = ({ nextDueAt }: OwedGroup, zone: string): string =>
  nextDueAt === null ? '' : ` The next is due on ${day(nextDueAt, zone)}.`;

const worstWords = ({ title, severity, dueAt }: OwedGroup['worst'][number], { zone, at }: Digest): string =>
  `${severity}: ${oneLine(title)}${dueAt === null ? '' : new Date(dueAt) < at ? ` (was due ${day(dueAt, zone)})` : ` (due ${day(dueAt, zone)})`}`;

interface Formats {
  readonly day: Intl.DateTimeFormat;
  readonly time: Intl.DateTimeFormat;
}
/** One of them costs more to make than a thousand dates cost to write; there are as many as zones in use. */
const formats = new Map<string, Formats>();

function formatsOf(timeZone: string): Formats {
  const known = formats.get(timeZone) ?? {
    day: new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      timeZone,
    }),
    time: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone, timeZoneName: 'short' }),
  };
  formats.set(timeZone, known);
  return known;
}

const day = (instant: string, zone: string): string => formatsOf(zone).day.format(new Date(instant)).replace(',', '');
const dayAndTime = (instant: Date, zone: string): string =>
  `${day(instant.toISOString(), zone)} ${formatsOf(zone).time.format(instant)}`;

/** Names come from sources: one that holds a line break must not begin a line, let alone a header. */
const oneLine = (words: string): string => words.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

const escape = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function html(
  subject: string,
  greeting: string | null,
  sections: readonly Section[],
  why: string,
  preferences: { label: string; url: string } | null,
): string {
  const link = ({ label, url }: { label: string; url: string }): string =>
    `<a href="${escape(url)}">${escape(label)}</a>`;
  const body = sections.map(
    ({ lead, items, link: to }) =>
      `<p>${escape(lead)}</p>\n${items.length > 0 ? `<ul>${items.map(({ words, url }) => `<li>${url === null ? escape(words) : `<a href="${escape(url)}">${escape(words)}</a>`}</li>`).join('')}</ul>\n` : ''}${to ? `<p>${link(to)}</p>\n` : ''}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(subject)}</title></head>
<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em">
${greeting ? `<p>${escape(greeting)}</p>\n` : ''}${body.join('')}<hr>
<p style="font-size: 14px">${escape(why)}${preferences ? ` ${link(preferences)}` : ''}</p>
</body></html>
`;
}
