import { promisedLines, readmeExample } from './readme-example.js';

/** What is tried of a package: the first block of its README, and what that must print. */
export interface Example {
  readonly folder: string;
  readonly name: string;
  readonly code: string;
  readonly prints: RegExp;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const exactly = (lines: readonly string[]): RegExp => new RegExp(`^${lines.map(escaped).join('\\n')}\\n$`);

/** Of the examples that only define functions: a call of them, appended. */
const CALLS: Readonly<Record<string, string>> = {
  'libs/gitea-client': `
console.log(readWebhook({}, new Uint8Array(), ['secret']));
void whatWaits(process.env['STAND_IN'] ?? '', 'a-token').then((lines) => console.log(lines[0]));
`,
};

const PRINTS: Readonly<Record<string, RegExp>> = {
  'libs/gitea-client': exactly(['not signed by us', 'acme/app: lonely wants nobody-has-this']),
  'libs/run-store': /^total {2}0 jobs {2}0\.0 h/,
  'libs/spot-launcher': /^i-0fedcba9876543210 is a t3a?\.small in eu-west-1b\n$/,
  'libs/userdata-renderer': /tinqs-ci/,
};

export function exampleOf(folder: string): Example {
  const code = readmeExample(folder);
  const prints = PRINTS[folder] ?? exactly(promisedLines(code));
  return { folder, name: folder.split('/').at(-1)!, code: code + (CALLS[folder] ?? ''), prints };
}
