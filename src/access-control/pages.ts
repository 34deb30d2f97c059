import type { FastifyReply } from 'fastify';

const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.6 system-ui,sans-serif;margin:0;background:Canvas;color:CanvasText}
main{max-width:42rem;margin:8vh auto;padding:0 1.25rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.25rem;margin:1.25rem 0}
dt{font-weight:600}dd{margin:0}
nav ul{padding:0;list-style:none}nav li{margin:.35rem 0}
a.button,button{display:inline-block;font:inherit;font-weight:600;padding:.55rem 1.2rem;border:1px solid transparent;border-radius:6px;background:#1d4ed8;color:#fff;text-decoration:none;cursor:pointer}
a.button:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}
code{word-break:break-all}
main:has(table){max-width:72rem}table{border-collapse:collapse;width:100%}caption{text-align:left;padding:.35rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid GrayText}`;

/** A plain page of ours: no script, readable without its style. `body` is HTML; what came from outside is escaped in it. */
export function sendPage(reply: FastifyReply, title: string, body: string, status = 200, head = ''): void {
  void reply
    .status(status)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<title>${escaped(title)} · Mandate</title><style>${STYLE}</style>${head}</head>\n<body><main>\n<h1>${escaped(title)}</h1>\n${body}\n</main></body></html>\n`,
    );
}

export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
