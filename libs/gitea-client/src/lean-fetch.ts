import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { FetchAnswer, FetchInit, FetchLike } from './connection.js';

export interface LeanFetchOptions {
  /** A private certificate authority, PEM, beside the known ones. */
  readonly ca?: string | undefined;
  /** Of one answer; 64 MiB by default, twice what a repository of a hundred thousand files needs in one page. */
  readonly maxBytes?: number | undefined;
}

const defaultMaxBytes = 64 * 1024 * 1024;

/**
 * The part of `fetch` that a `GiteaClient` uses, over `node:https`: the global one takes tens of milliseconds to load at its first call.
 *
 * It never follows a redirect. Reads share kept connections and are repeated once on one that died meanwhile; a write has a connection of its own,
 * since on a dead one nobody could tell whether it was done.
 */
export function createLeanFetch({ ca, maxBytes = defaultMaxBytes }: LeanFetchOptions = {}): FetchLike {
  const trust = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  const kept = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true, ...trust }) };

  return (url, init) => {
    const target = new URL(url);
    const isRead = init.method === 'GET';

    function send(repeated: boolean): Promise<FetchAnswer> {
      return new Promise((resolve, reject) => {
        const options = { method: init.method, headers: init.headers, signal: init.signal };
        const request =
          target.protocol === 'https:'
            ? httpsRequest(target, { ...options, agent: isRead ? kept.https : false, ...trust })
            : httpRequest(target, { ...options, agent: isRead ? kept.http : false });
        request.on('response', (message) => resolve(toAnswer(message, init, maxBytes)));
        request.on('error', (error: NodeJS.ErrnoException) => {
          const died = isRead && !repeated && request.reusedSocket && error.code === 'ECONNRESET' && !init.signal.aborted;
          if (died) resolve(send(true));
          else reject(reasonOf(init, error));
        });
        request.end(init.body);
      });
    }

    return send(false);
  };
}

function toAnswer(message: IncomingMessage, init: FetchInit, maxBytes: number): FetchAnswer {
  return {
    status: message.statusCode ?? 0,
    headers: {
      get(name) {
        const value = message.headers[name.toLowerCase()];
        return value === undefined ? null : String(value);
      },
    },
    body: {
      cancel: async () => {
        message.destroy();
      },
    },
    text: () => readText(message, init, maxBytes),
  };
}

async function readText(message: IncomingMessage, init: FetchInit, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new RangeError(`the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw reasonOf(init, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What an abort was for (a time-out), as the global `fetch` has it, instead of how it broke the connection. */
function reasonOf({ signal }: FetchInit, error: unknown): unknown {
  return signal.aborted ? signal.reason : error;
}
