// Our rules for Dockerfiles, on a parsed tree: node images/lint.mjs reads images/*/Dockerfile.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Stages in order, each `{ from, name, instructions: [{ keyword, text, line }] }`; the first holds what precedes every FROM. */
export function parseDockerfile(source) {
  const stages = [{ from: '', name: '', instructions: [] }];
  let open;
  source.split('\n').forEach((raw, index) => {
    if (/^\s*(#|$)/.test(raw)) return;
    open ??= { line: index + 1, text: '' };
    open.text += raw.replace(/\\\s*$/, ' ');
    if (/\\\s*$/.test(raw)) return;
    const [, word = '', text = open.text] = /^\s*(\w+)\s+(.*)$/.exec(open.text) ?? [];
    const keyword = word.toUpperCase();
    if (keyword === 'FROM') {
      const [, from, name] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(text);
      stages.push({ from, name, line: open.line, instructions: [] });
    } else stages.at(-1).instructions.push({ keyword, text, line: open.line });
    open = undefined;
  });
  return stages;
}

/** Packages that a distribution signs; their names are no commands. */
const PACKAGES = /\b(?:apk|apt-get)\b[^&;|]*\b(?:add|install)\b[^&;|]*/g;
/** What brings a file, wherever it stands: in an option, a shell, an array, behind a mount. */
const DOWNLOAD = /\b(?:curl|wget|npx\s+[\w@-]|npm\s+(?:pack|install|i|ci|add|exec)|pip3?\s+install|go\s+(?:install|get)|git\s+clone)\b/;

/** One sentence, with its line, for each rule that is broken. */
export function lintDockerfile(source) {
  const [head, ...stages] = parseDockerfile(source);
  const problems = [];
  const say = ({ line }, message) => problems.push(`${line}: ${message}`);
  for (const stage of stages) {
    if (!/^\$\{[A-Z]+_IMAGE\}$/.test(stage.from) && !stages.some(({ name }) => name === stage.from)) say(stage, 'FROM takes its image and digest from an argument, ${NAME_IMAGE}');
    if (stage.name === undefined) say(stage, 'a stage has a name: FROM … AS name');
  }
  for (const each of [head, ...stages].flatMap(({ instructions }) => instructions)) {
    const { keyword, text } = each;
    if (keyword === 'ARG' && text.includes('=')) say(each, 'ARG has no default: a build without versions.json must fail');
    if (keyword === 'ARG' && /TOKEN|SECRET|PASSWORD/.test(text)) say(each, 'a secret is not an ARG: it stays in the history of the image');
    if (keyword === 'ONBUILD') say(each, 'no ONBUILD: its instruction would be read by none of these rules');
    if (keyword === 'ADD') say(each, 'COPY instead of ADD, which downloads without a sum');
    if (text.includes('<<')) say(each, 'no heredoc: older builders do not read it');
    const from = keyword === 'COPY' || keyword === 'RUN' ? /(?:--from=|,from=)([^\s,]+)/.exec(text)?.[1] : undefined;
    if (from !== undefined && !stages.some(({ name }) => name === from)) say(each, `${from} is no stage: an image comes by FROM, with its digest`);
    if (keyword === 'RUN' && DOWNLOAD.test(text.replaceAll(PACKAGES, '')) && !/sha(256|512)sum -c/.test(text)) say(each, 'a download is checked by sha256sum -c or sha512sum -c in the same RUN');
    if (keyword === 'RUN' && /\bapk\b(?!.*--no-cache).*\badd\b/.test(text)) say(each, 'apk add --no-cache');
  }
  if (!stages.at(-1)?.instructions.some(({ keyword }) => keyword === 'USER')) say(stages.at(-1) ?? { line: 1 }, 'the last stage says its USER');
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name } of readdirSync(import.meta.dirname, { withFileTypes: true })) {
    const file = `${import.meta.dirname}/${name}/Dockerfile`;
    if (!existsSync(file)) continue;
    for (const problem of lintDockerfile(readFileSync(file, 'utf8'))) {
      console.error(`images/${name}/Dockerfile:${problem}`);
      process.exitCode = 1;
    }
  }
}
