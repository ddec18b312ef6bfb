import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { LauncherPort, LaunchOrder, LaunchResult } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { withDeathSchedule } from './death-schedule.js';

const POOL = { instanceType: 't3.small', subnet: 'subnet-1', market: 'spot' } as const;
const LAUNCHED: LaunchResult = { kind: 'launched', instanceId: 'i-1', pool: POOL, availabilityZone: 'a', pricePerHour: null, tried: [] };
const order = { name: 'tinqs-ci-demo-go-7f3a', endsBy: Date.parse('2030-01-01T01:00:00.000Z') } as LaunchOrder;

function launcherWith(result: LaunchResult, options: { readonly roleArn?: string; readonly fails?: boolean } = {}) {
  const schedules: CreateScheduleCommandInput[] = [];
  const errors: string[] = [];
  const send = async ({ input }: { input: CreateScheduleCommandInput }) => {
    if (options.fails === true) throw new Error('AccessDeniedException');
    schedules.push(input);
  };
  const launcher = withDeathSchedule({ launch: async () => result } as unknown as LauncherPort, { client: { send } as never, group: 'tinqs-ci', roleArn: options.roleArn ?? 'arn:aws:iam::1:role/clock', log: { info: () => undefined, warn: () => undefined, error: (text) => void errors.push(text) } });
  return { launcher, schedules, errors };
}

describe('withDeathSchedule', () => {
  it('ends the machine five minutes after the sweep should have, by a schedule that deletes itself', async () => {
    const { launcher, schedules } = launcherWith(LAUNCHED);

    expect(await launcher.launch(order)).toBe(LAUNCHED);
    expect(schedules).toEqual([
      {
        Name: expect.stringMatching(/^tinqs-ci-[0-9a-f]{32}$/),
        GroupName: 'tinqs-ci',
        ScheduleExpression: 'at(2030-01-01T01:05:00)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:terminateInstances', RoleArn: 'arn:aws:iam::1:role/clock', Input: '{"InstanceIds":["i-1"]}' },
      },
    ]);
    expect(schedules[0]!.Name!.length).toBeLessThanOrEqual(64);
  });

  it.each<[string, LaunchResult]>([
    ['no capacity', { kind: 'no-capacity', tried: [] }],
    ['a refusal', { kind: 'refused', code: 'X', sentence: 'x', remedy: 'y', permanent: true, tried: [] }],
    ['an unknown outcome, whose machine is adopted by its tags', { kind: 'unknown', pool: POOL, sentence: 'x', tried: [] }],
  ])('makes none for %s', async (_what, result) => {
    const { launcher, schedules } = launcherWith(result);

    expect(await launcher.launch(order)).toBe(result);
    expect(schedules).toEqual([]);
  });

  it('tells a schedule that could not be made, and keeps the launch: every other clock runs', async () => {
    const { launcher, errors } = launcherWith(LAUNCHED, { fails: true });

    expect(await launcher.launch(order)).toBe(LAUNCHED);
    expect(errors).toEqual(['death schedule could not be made; the other clocks run']);
  });

  it('makes none outside AWS, where there is no role for it', async () => {
    const { launcher, schedules } = launcherWith(LAUNCHED, { roleArn: '' });

    await launcher.launch(order);

    expect(schedules).toEqual([]);
  });
});
