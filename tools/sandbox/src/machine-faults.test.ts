import { expect } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { BEFORE_THE_JOB, IN_THE_JOB, TO_THE_MACHINE, type FaultRow } from './machine-fault-rows.js';
import { tryMachine } from './trial.js';

const ROWS: readonly (readonly [string, FaultRow])[] = [
  ...IN_THE_JOB.map((row) => [`in the job: ${row.fault}`, row] as const),
  ...TO_THE_MACHINE.map((row) => [`to the machine: ${row.fault}`, row] as const),
  ...BEFORE_THE_JOB.map((row) => [`before the job: ${row.fault}`, row] as const),
];

describeMachines('a machine is gone within its limit, and says why,', (it) => {
  it.each(ROWS)('%s', async (_fault, row) => {
    const machine = await tryMachine(row);

    expect(machine.inTime, machine.console).toBe(true);
    expect(machine.reason, machine.console).toBe(row.reason ?? 'Client.InstanceInitiatedShutdown');
    for (const text of row.shows) expect(machine.console).toMatch(text);
    for (const text of row.never ?? []) expect(machine.console).not.toMatch(text);
  });
});
