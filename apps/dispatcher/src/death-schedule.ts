import { createHash } from 'node:crypto';
import { CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import type { LauncherPort, LogPort } from '@tinqs/fleet';

export interface DeathScheduleOptions {
  readonly client: Pick<SchedulerClient, 'send'>;
  readonly group: string;
  /** What the schedule may do: terminate machines of this installation. */
  readonly roleArn: string;
  readonly log: LogPort;
}

/** After the sweep's own clock, so that it fires only where the sweep did not. */
const AFTER_ENDS_BY_MS = 5 * 60_000;

/**
 * Every launch also makes a one-time schedule that terminates the machine, so that even a sweep that never runs again
 * leaks nothing (EventBridge Scheduler, universal targets). A launch whose schedule failed is still guarded by every
 * other clock: it is told, not undone.
 */
export function withDeathSchedule(launcher: LauncherPort, { client, group, roleArn, log }: DeathScheduleOptions): LauncherPort {
  return {
    ...launcher,
    async launch(order) {
      const result = await launcher.launch(order);
      if (result.kind !== 'launched' || roleArn === '') return result;
      const { instanceId } = result;
      try {
        await client.send(
          new CreateScheduleCommand({
            // Schedule names hold 64 characters; a runner's name may be longer.
            Name: `tinqs-ci-${createHash('sha256').update(order.name).digest('hex').slice(0, 32)}`,
            ...(group === '' ? {} : { GroupName: group }),
            ScheduleExpression: `at(${new Date(order.endsBy + AFTER_ENDS_BY_MS).toISOString().slice(0, 19)})`,
            FlexibleTimeWindow: { Mode: 'OFF' },
            ActionAfterCompletion: 'DELETE',
            Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:terminateInstances', RoleArn: roleArn, Input: JSON.stringify({ InstanceIds: [instanceId] }) },
          }),
        );
      } catch (cause) {
        log.error('death schedule could not be made; the other clocks run', { runner: order.name, instanceId, cause });
      }
      return result;
    },
  };
}
