import fc from 'fast-check';
import { expect } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { trialSettings, tryMachine } from './trial.js';

const CANARY = '/tmp/canary /run/canary /etc/canary /canary /home/ci/canary';
const evil = ['$(touch CANARY)', '`touch CANARY`', '"; touch CANARY; "', "'; touch CANARY; '", '\nSECRET\ntouch CANARY\n', '\nB64\ntouch CANARY\n', '${IFS}touch${IFS}CANARY', '&& touch CANARY', '| touch CANARY', '> CANARY', '$&$`$1@@JOB@@', '\u0000\u202e🧨\\\r\n"'].map((text) => text.replaceAll('CANARY', CANARY));
const text = fc.oneof(fc.constantFrom(...evil), fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }));
const CASES = fc.sample(fc.record({ uuid: text, name: text, token: text }), { seed: 20_260_525, numRuns: 6 }).concat(evil.slice(0, 6).map((each) => ({ uuid: each, name: each, token: each })));

describeMachines('whatever the settings say', (it) => {
  it.each(CASES)('it arrives literally on the machine and runs nothing: %j', async (strings) => {
    const machine = await tryMachine({
      runner: `online; task; echo "runner file: $(base64 -w0 /var/lib/ci/.runner)"; ls -d ${CANARY} 2>/dev/null | sed 's/^/canary died: /'; exit 0`,
      settings: { credential: { ...trialSettings.credential, ...strings } },
      limit: 10,
    });
    const file = /runner file: (\S+)/.exec(machine.console)?.[1] ?? '';

    expect(JSON.parse(Buffer.from(file, 'base64').toString('utf8')), machine.console).toMatchObject(strings);
    expect(machine.console).not.toContain('canary died');
    expect(machine.console).toContain('after its job');
  });

  it('git has the bot token for the named hosts, the job has no other secret, and its environment is bare', async () => {
    const ask = (host: string) => `printf 'protocol=http\\nhost=${host}\\n\\n' | GIT_TERMINAL_PROMPT=0 git credential fill 2>/dev/null | sed 's/^/${host} /'`;
    const machine = await tryMachine({
      runner: `online; task; echo "environment: $(env -0 | cut -z -d= -f1 | sort -z | tr '\\0' ' ')"; ${ask('git.example.com')}; ${ask('other.example.com:3000')}; ${ask('evil.example.com')}; ls -l /run/ci/git-cred; exit 0`,
      settings: { gitHosts: ['git.example.com', 'other.example.com:3000'], gitToken: 'read-only-bot' },
      limit: 10,
    });

    expect(machine.console).toContain('environment: HOME LANG LOGNAME PATH PWD SHLVL USER _ \n');
    expect(machine.console).toContain('git.example.com password=read-only-bot');
    expect(machine.console).toContain('other.example.com:3000 password=read-only-bot');
    expect(machine.console).not.toContain('evil.example.com password');
    expect(machine.console).toMatch(/-r-------- 1 ci /);
  });
});
