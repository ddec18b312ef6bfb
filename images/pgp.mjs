// Whether a file is signed by one key, as gpgv says. AWS signs its archives and publishes no list of sums.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Throws unless `signature` is a good one over `file` by the key of this fingerprint. `key` is armored or binary, and trusted for its fingerprint only. */
export function checkSignature({ file, signature, key, fingerprint }) {
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-pgp-'));
  try {
    writeFileSync(join(folder, 'key'), dearmor(key));
    writeFileSync(join(folder, 'signature'), signature);
    const status = gpgv(['--status-fd', '1', '--keyring', join(folder, 'key'), join(folder, 'signature'), file], folder);
    const signers = [...status.matchAll(/^\[GNUPG:\] VALIDSIG .* ([0-9A-F]{40,})$/gm)].map(([, primary]) => primary);
    if (!/^\[GNUPG:\] GOODSIG /m.test(status) || signers.length !== 1 || signers[0] !== fingerprint) {
      throw new Error(`is not signed by ${fingerprint}: gpgv says ${[...status.matchAll(/^\[GNUPG:\] (.*)$/gm)].map(([, line]) => line).join('; ') || 'nothing'}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function gpgv(args, home) {
  try {
    return execFileSync('gpgv', ['--homedir', home, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error('cannot be checked: install the package "gpgv"', { cause: error });
    return error.stdout;
  }
}

/** gpgv reads binary key rings only. */
function dearmor(key) {
  const armored = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:.+\r?\n)*\r?\n([\s\S]+?)\r?\n=.{4}\r?\n-----END/.exec(key.toString('latin1'));
  return armored ? Buffer.from(armored[1], 'base64') : key;
}
