/** A place of ours to go back to, or the start page: an address from outside must not lead anywhere else. */
export function safeReturn(wanted: string | undefined, home: URL): string {
  if (wanted === undefined || !wanted.startsWith('/')) return '/';
  if (!URL.canParse(wanted, home.href)) return '/';
  const url = new URL(wanted, home);
  return url.origin === home.origin && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}${url.hash}` : '/';
}
