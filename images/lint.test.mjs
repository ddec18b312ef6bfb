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
  ['a download without an option', file('RUN wget https://example.org/a'), 'sha256sum'],
  ['a download as the result of a command', file('RUN echo "$(curl https://example.org/a)" >/a'), 'sha256sum'],
  ['a repository without a sum', file('RUN git clone https://example.org/a.git'), 'sha256sum'],
  ['a download behind a cache', file('RUN --mount=type=cache,target=/c curl -o /a https://example.org'), 'sha256sum'],
  ['a download without a shell', file('RUN ["curl", "-o", "/a", "https://example.org"]'), 'sha256sum'],
  ['a download by another shell', file('RUN sh -c "curl -o /a https://example.org"'), 'sha256sum'],
  ['a download by its path, with a variable', file('RUN A=1 /usr/bin/wget https://example.org'), 'sha256sum'],
  ['a download after the packages that bring it', file('RUN apk add --no-cache curl && curl https://example.org'), 'sha256sum'],
  ['what a package manager of a language brings', file('RUN npm install -g pnpm'), 'sha256sum'],
  ['an instruction for other builds', file('ONBUILD ADD https://example.org/a /a'), 'ONBUILD'],
  ['instructions in small letters', file('add https://example.org/a /a'), 'COPY'],
  ['an image that a COPY takes by its tag', file('COPY --from=golang:1.26 /go /go'), 'is no stage'],
  ['an image that a mount takes by its tag', file('RUN --mount=type=bind,from=golang:1.26,target=/go true'), 'is no stage'],
  ['a package without a sum', file('RUN npm pack a@1 && npm install -g a-1.tgz'), 'sha512sum'],
  ['a kept package index', file('RUN apk add bash'), '--no-cache'],
  ['a kept package index, behind another option', file('RUN apk -U add bash'), '--no-cache'],
  ['no user', 'FROM ${BASE_IMAGE} AS a\n', 'USER'],
])('refuses %s', (_, source, message) => {
  expect(lintDockerfile(source)).toEqual([expect.stringContaining(message)]);
});

it('has nothing against what an image needs: packages named curl, stages by name, sums', () => {
  const source = 'ARG BASE_IMAGE\nFROM ${BASE_IMAGE} AS a\nRUN apk add --no-cache curl wget\nRUN apk --no-cache add git\nFROM a AS b\nCOPY --from=a /a /a\nRUN --mount=type=bind,from=a,target=/x curl -o /a https://example.org && echo "$A  /a" | sha256sum -c -\nUSER root\n';
  expect(lintDockerfile(source)).toEqual([]);
});
