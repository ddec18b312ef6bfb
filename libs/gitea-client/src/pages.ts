import type { Connection, GiteaRequest } from './connection.js';
import { GiteaError } from './errors.js';

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Of all pages. */
  readonly total: number;
}

/** Gitea's default maximum; a server that allows less cuts `limit` down without a word. */
const pageSize = 50;
const mostPages = 2_000;

/**
 * Reads a list to its end.
 *
 * `page` and `limit` are always sent: without `page`, 1.24 and 1.25 ignore `limit` and answer with everything they have.
 * The end is where `total` rows have come, since 1.24 and 1.25 send neither `Link` nor `X-Total-Count` for Actions.
 * A row that leaves the list meanwhile shifts the others: one may be missed, none counts twice.
 */
export async function readPages<Row extends { readonly id: number }>(
  request: GiteaRequest,
  readPage: (request: GiteaRequest) => Promise<Page<Row>>,
): Promise<readonly Row[]> {
  const found = new Map<number, Row>();
  let seen = 0;
  for (let page = 1; page <= mostPages; page += 1) {
    const { rows, total } = await readPage({ ...request, query: { ...request.query, page, limit: pageSize } });
    for (const row of rows) found.set(row.id, row);
    seen += rows.length;
    if (rows.length === 0 || seen >= total) return [...found.values()];
  }
  throw new GiteaError({ kind: 'unexpected-answer', method: request.method, path: request.path, sentence: `expected an end of the list within ${mostPages} pages` });
}

/** The number of all rows as a header says it; lists of plain arrays have no other place for it. */
export function totalOf(answer: Awaited<ReturnType<Connection['call']>>, rowsSoFar: number): number {
  const total = Number(answer.header('x-total-count') ?? Number.NaN);
  return Number.isInteger(total) ? total : rowsSoFar;
}
