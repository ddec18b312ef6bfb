import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMachineWord } from './console-marker.js';
import { renderProvision, renderVerify } from './machine-script.js';
import { createDebianRoot, rootProblem, type DebianRoot } from './testing/debian-root.js';
import { MACHINE_STAND_INS } from './testing/stand-ins.js';
import { startVendors, type Vendors } from './testing/vendors.js';

const { BAKE_DEBIAN_ROOT: lower = '' } = process.env;
const manifest = readFileSync(fileURLToPath(new URL('../../../images/manifest.sh', import.meta.url)), 'utf8');
const LIMIT_MS = 20 * 60_000;

describe.skipIf(lower === '' || rootProblem() !== undefined)(
  "provisioning of a Debian with Debian's own packages (skipped without BAKE_DEBIAN_ROOT: tools/bake-ami/src/testing/build-root.sh FOLDER, then BAKE_DEBIAN_ROOT=FOLDER npx vitest run --root tools/bake-ami src/provision-debian.test.ts; minutes, and the Debian mirror)",
  { timeout: LIMIT_MS },
  () => {
    let vendors: Vendors;
    let root: DebianRoot;
    beforeAll(async () => {
      vendors = await startVendors();
      const { systemctl = '', fstrim = '' } = MACHINE_STAND_INS;
      root = await createDebianRoot(lower, { 'usr/local/sbin/systemctl': systemctl, 'usr/local/sbin/fstrim': fstrim });
    });
    afterAll(async () => {
      await root?.close();
      await vendors?.close();
    });
    const provision = () => root.boot(renderProvision({ run: 'r1', lifeSeconds: 3_600, pins: vendors.pins, images: [], manifest, facts: [['base', 'ami-1']], npmRegistry: vendors.npmRegistry }), LIMIT_MS);

    it('installs them, twice if need be, and the second time changes none', async () => {
      const console = await provision();
      expect(readMachineWord(console, 'r1').kind, console).toBe('done');
      const baked = root.run('cat /etc/tinqs-ci/baked.tsv /etc/tinqs-ci/manifest.json').output;

      expect(readMachineWord(await provision(), 'r1').kind).toBe('done');

      expect(root.run('cat /etc/tinqs-ci/baked.tsv /etc/tinqs-ci/manifest.json').output).toBe(baked);
      expect(baked).toMatch(/^package\tdocker\.io\t\d/m);
      expect(baked).toMatch(/"docker": "\d+\.\d+\.\d+"[^]*"gcc": "\d+[^]*"git-lfs": "\d/);
    });

    it('makes a machine that has all the boot script calls', async () => {
      // The daemon is what a namespace has not; the client is Debian's.
      root.run('printf \'#!/bin/sh\\n[ "$1" = info ] || exec /usr/bin/docker "$@"\\n\' >/usr/local/sbin/docker; chmod 755 /usr/local/sbin/docker; echo 0123456789abcdef0123456789abcdef >/etc/machine-id');

      const console = await root.boot(renderVerify({ run: 'r2', lifeSeconds: 600 }));

      expect(readMachineWord(console, 'r2').kind, console).toBe('done');
    });
  },
);
