/**
 * A browser's session with Gitea's pages: logs in at the first post, keeps cookies, and sends the anti-forgery token
 * where the version has one (up to 1.25).
 */
export function createPagePost(url: string, { login, password }: { readonly login: string; readonly password: string }): (path: string) => Promise<void> {
  const cookies = new Map<string, string>();
  let loggedIn: Promise<void> | undefined;

  async function send(path: string, method: 'GET' | 'POST', fields: Readonly<Record<string, string>> = {}): Promise<number> {
    const csrf = decodeURIComponent(cookies.get('_csrf') ?? '');
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '), origin: url, ...(csrf === '' ? {} : { 'x-csrf-token': csrf }) };
    const answer = await fetch(`${url}${path}`, method === 'GET' ? { headers, redirect: 'manual' } : { method, headers, redirect: 'manual', body: new URLSearchParams(fields) });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    await answer.arrayBuffer();
    if (answer.status > 399) throw new Error(`${method} ${path}: ${answer.status}`);
    return answer.status;
  }

  async function logIn(): Promise<void> {
    await send('/user/login', 'GET');
    const status = await send('/user/login', 'POST', { user_name: login, password });
    if (status !== 302 && status !== 303) throw new Error(`Gitea does not let ${login} log in: expected a redirect, got ${status}`);
  }

  return async (path) => {
    await (loggedIn ??= logIn());
    await send(path, 'POST');
  };
}
