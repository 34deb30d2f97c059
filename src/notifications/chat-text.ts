import type { WebhookKind } from './webhooks.repository.js';

const LONGEST = 3000;
const cut = (words: string): string => (words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words);

/** The body an incoming webhook of a chat takes. Nothing in it can be pressed to decide anything. */
export function chatBody(kind: WebhookKind, subject: string, text: string): string {
  return JSON.stringify(kind === 'teams' ? teams(subject, text) : slack(subject, text));
}

/** Slack reads <, > and & as the beginning of links, mentions and entities; in words of ours they are just characters. */
const plain = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const slack = (subject: string, text: string) => ({
  text: plain(subject),
  unfurl_links: false,
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: `*${plain(cut(subject)).replaceAll('*', '')}*`, verbatim: true } },
    { type: 'section', text: { type: 'plain_text', text: cut(text), emoji: false } },
  ],
});

/** What a Teams channel's workflow ("post to a channel when a webhook request is received") takes. */
const teams = (subject: string, text: string) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        body: [
          { type: 'TextBlock', weight: 'Bolder', wrap: true, text: markdownFree(cut(subject)) },
          { type: 'TextBlock', wrap: true, text: markdownFree(cut(text)).replaceAll('\n', '\n\n') },
        ],
      },
    },
  ],
});

/** A text block reads a little Markdown: a name that holds some must not become a link. */
const markdownFree = (words: string): string => words.replaceAll(/[[\]()*_`#]/g, (char) => `\\${char}`);

/** One event of the log in a line for a chat. */
export function eventLine(payload: Readonly<Record<string, unknown>>): { subject: string; text: string } {
  const { type, timestamp, data } = payload as {
    type: string;
    timestamp: string;
    data: { actor?: string; target?: { type: string; id: string } };
  };
  const target = data.target ? ` ${data.target.type} ${data.target.id}` : '';
  return { subject: type, text: `${timestamp}${target}${data.actor ? ` by ${data.actor}` : ''}` };
}
