import type { SampleAccount } from './issuer.js';

const STYLE = `:root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;margin:0;background:Canvas;color:CanvasText}
main{max-width:46rem;margin:6vh auto;padding:0 1.25rem}h1{font-size:1.5rem}ul{list-style:none;padding:0}
li{display:flex;gap:1rem;align-items:baseline;padding:.3rem 0;border-bottom:1px solid color-mix(in srgb,CanvasText 15%,Canvas)}
button{font:inherit;padding:.35rem .9rem;border:1px solid #1d4ed8;border-radius:6px;background:#1d4ed8;color:#fff;cursor:pointer}
button:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Sample sign-in service</title><style>${STYLE}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;

/** Stands in for a password: whoever is at this machine may be anybody of the sample. */
export const choosePage = (action: string, people: readonly SampleAccount[]): string =>
  page(
    'Who are you?',
    `<p>The sample organisation's sign-in service. Everybody in it is made up; choose who to be.</p>
<form method="post" action="${action}"><ul>${people
      .map(
        ({ sub, name, note }) =>
          `<li><button type="submit" name="person" value="${sub}">${name}</button><span>${note}</span></li>`,
      )
      .join('')}</ul></form>`,
  );

export const secondFactorPage = (action: string, { sub, name }: SampleAccount): string =>
  page(
    'Second factor',
    `<p>What you are about to do asks for a second factor. Here it is a button.</p>
<form method="post" action="${action}"><input type="hidden" name="person" value="${sub}"><input type="hidden" name="factor" value="otp">
<button type="submit">Confirm as ${name}</button></form>`,
  );

export const signOutPage = (form: string): string =>
  page(
    'Sign out of the sample sign-in service?',
    `<p>You are signed out of Mandate already.</p>${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`,
  );

export const errorPage = (words: string): string => page('That did not work', `<p role="alert">${words}</p>`);
