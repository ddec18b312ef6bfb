import { expect, it } from 'vitest';
import { lintDockerfile } from './lint.mjs';

const file = (line, from = 'FROM ${BASE_IMAGE} AS a') => `${from}\n${line}\nUSER root\n`;

it.each([
  ['an image without a digest', file('', 'FROM alpine:3.22 AS a'), 'argument'],
  ['a stage without a name', file('', 'FROM ${BASE_IMAGE}'), 'name'],
  ['a default', file('ARG A=1'), 'default'],
  ['a secret', file('ARG API_TOKEN'), 'secret'],
  ['ADD', file('ADD https://example.org/a /a'), 'COPY'],
  ['a heredoc', file('RUN cat <<EOF'), 'heredoc'],
  ['a download without a sum, on its second line', file('RUN true \\\n && curl -fsSL https://example.org'), 'sha256sum'],
  ['a package without a sum', file('RUN npm pack a@1 && npm install -g a-1.tgz'), 'sha512sum'],
  ['a kept package index', file('RUN apk add bash'), '--no-cache'],
  ['no user', 'FROM ${BASE_IMAGE} AS a\n', 'USER'],
])('refuses %s', (_, source, message) => {
  expect(lintDockerfile(source)).toEqual([expect.stringContaining(message)]);
});
