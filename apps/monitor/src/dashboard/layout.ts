import { html, raw } from 'hono/html';
import { STYLE } from './style.js';

export interface Page {
  readonly title: string;
  /** Facts of the simulated world are labelled as such on every screen. */
  readonly simulated: boolean;
  /** When the shown facts were read, ISO 8601. */
  readonly readAt: string;
  /** The store does not answer: what is shown is from then. */
  readonly staleSince: string | null;
  readonly body: ReturnType<typeof html>;
}

/** Every page: readable without script, again every five seconds, dark or light as the system is. */
export function layout({ title, simulated, readAt, staleSince, body }: Page): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · tinqs-ci</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <a class="brand" href="/">tinqs-ci</a>
          <nav aria-label="pages"><a href="/">Now</a> <a href="/machines">Machines</a> <a href="/deliveries">Deliveries</a></nav>
          ${simulated ? html`<strong class="simulated">simulated: no real Gitea, no real machines, no real money</strong>` : ''}
        </header>
        ${staleSince === null ? '' : html`<p class="stale" role="alert">the store does not answer since ${clock(staleSince)}; this page shows ${clock(readAt)}</p>`}
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        <footer>read ${clock(readAt)} UTC · <a href="?format=json">this page as JSON</a></footer>
      </body>
    </html>`;
}

/** `10:02:03` of an ISO time. */
export function clock(iso: string): string {
  return iso.slice(11, 19);
}

/** `3 m 12 s` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3_600)} h ${String(Math.floor((whole % 3_600) / 60)).padStart(2, '0')} m`;
}
