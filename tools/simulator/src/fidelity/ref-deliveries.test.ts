import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GITEA_VERSIONS } from '../gitea/gitea-version.js';
import { deliveryBody } from '../wire/delivery-body.js';
import { deliveryHeaders } from '../wire/delivery-headers.js';
import { wireContext } from '../wire/wire-context.js';
import { recordedDelivery } from './recordings.js';
import { shapeText } from './shape.js';
import { createStand, ROOT, type Stand } from './stand.js';

interface Scenario {
  readonly title: string;
  readonly play: (stand: Stand) => void;
  /** All deliveries of the action, in their order. */
  readonly events: readonly string[];
  /** Position among them → its recording. */
  readonly recorded: Readonly<Record<number, string>>;
}

const one = { 'a.txt': '1', 'c.txt': '2' };

const SCENARIOS: readonly Scenario[] = [
  { title: 'one commit', events: ['push'], recorded: { 0: '201' }, play: ({ world, repository }) => world.do('push', { repository, by: 'kim', files: one }) },
  {
    title: 'a rename, a change, a removal',
    events: ['push'],
    recorded: { 0: '204' },
    play: ({ world, repository }) => world.do('push', { repository, by: 'kim', files: { 'renamed.txt': 'b', 'dir/b.txt': null, 'README.md': '# other\n' } }),
  },
  {
    title: 'eight commits: five listed, eight counted',
    events: ['push'],
    recorded: { 0: '205' },
    play: ({ world, repository }) => world.do('push', { repository, by: 'kim', commits: Array.from({ length: 8 }, (_, index) => ({ message: `${index}`, files: { [`${index}.txt`]: 'x' } })) }),
  },
  {
    title: 'a new branch without commits',
    events: ['create', 'push'],
    recorded: { 0: '207', 1: '208' },
    play: (stand) => {
      pushNothing(stand);
      stand.world.do('push', { repository: stand.repository, by: 'kim', branch: 'many' });
    },
  },
  {
    title: 'a branch deleted: no push',
    events: ['delete'],
    recorded: { 0: '212' },
    play: (stand) => {
      stand.world.do('push', { repository: stand.repository, branch: 'many', by: 'kim' });
      stand.pass(10_000);
      stand.deliveries.splice(0);
      stand.world.do('deleteBranch', { repository: stand.repository, branch: 'many' });
    },
  },
  { title: 'a tag: push from nothing, then create', events: ['push', 'create'], recorded: { 0: '215', 1: '217' }, play: ({ world, repository }) => world.do('pushTag', { repository, tag: 'v1', by: 'kim' }) },
  {
    title: 'a moved tag looks like a new one',
    events: ['push', 'create'],
    recorded: { 0: '219' },
    play: (stand) => {
      stand.world.do('pushTag', { repository: stand.repository, tag: 'v1', by: 'kim' });
      pushNothing(stand);
      stand.world.do('pushTag', { repository: stand.repository, tag: 'v1', by: 'kim' });
    },
  },
  { title: 'a repository made', events: ['repository'], recorded: { 0: '200' }, play: ({ world }) => world.do('createRepository', { fullName: 'acme/new', files: one }) },
  {
    title: 'a repository deleted: one delivery, and nothing for its jobs',
    events: ['repository'],
    recorded: { 0: '249' },
    play: (stand) => {
      stand.dispatch([{ key: 'lonely', labels: ['nobody-has-this'] }]);
      stand.pass(10_000);
      stand.deliveries.splice(0);
      stand.world.do('deleteRepository', { repository: stand.repository });
    },
  },
  {
    title: 'a rename: nothing at all',
    events: [],
    recorded: {},
    play: ({ world, repository }) => world.do('renameRepository', { repository, to: 'acme/other' }),
  },
];

/** A commit that changes no file, as the recorded heads were. */
function pushNothing(stand: Stand): void {
  stand.world.do('push', { repository: stand.repository, by: 'kim', commits: [{ message: 'nothing', files: {} }] });
  stand.pass(10_000);
  stand.deliveries.splice(0);
}

describe.each(GITEA_VERSIONS)('deliveries of Gitea %s about refs and repositories are those recorded', (version) => {
  it.each(SCENARIOS.map((scenario) => [scenario.title, scenario] as const))('%s', (_title, { play, events, recorded }) => {
    const stand = createStand(version);
    stand.pass(10_000);
    stand.deliveries.splice(0);

    play(stand);
    stand.pass(10_000);

    expect(stand.deliveries.map(({ report }) => report.event)).toEqual(events);
    for (const [position, number] of Object.entries(recorded)) {
      const recording = JSON.parse(recordedDelivery(version, number)!.body) as Facts;
      const told = stand.told<Facts>()[Number(position)]!;
      expect(shapeText(told)).toBe(shapeText(recording));
      expect(factsOf(told)).toEqual(factsOf(recording));
    }
  });

  it('come with the recorded headers, signed three times over the exact bytes', () => {
    const recording = recordedDelivery(version, '020')!;
    const stand = createStand(version);
    stand.dispatch([{ key: 'build', labels: ['go'] }]);
    stand.pass(5_000);
    const delivery = stand.deliveries.find(({ report }) => report.event === 'workflow_job')!;
    const body = deliveryBody(wireContext(stand.world, ROOT), delivery);

    const headers = deliveryHeaders(delivery, body);

    const set = (of: object): string[] => Object.keys(of).sort();
    expect(set(headers)).toEqual(set(recording.headers).filter((name) => name !== 'Host' && name !== 'Content-Length'));
    const own = Object.fromEntries(Object.entries(recording.headers).filter(([name]) => !/Delivery|Signature|Host|Content-Length/.test(name)));
    expect(headers).toMatchObject(own);
    const signed = (text: string): string => createHmac('sha256', 'fixture-secret').update(text).digest('hex');
    expect(recording.headers['X-Hub-Signature-256']).toBe(`sha256=${signed(recording.body)}`);
    expect(headers['X-Hub-Signature-256']).toBe(`sha256=${signed(body)}`);
    expect(headers['X-Gitea-Signature']).toBe(signed(body));
  });
});

interface Facts {
  readonly [field: string]: unknown;
  readonly commits?: readonly object[];
}

function factsOf({ ref_type, action, commits, total_commits, pusher_type, before }: Facts): object {
  return { ref_type, action, total_commits, pusher_type, commits: commits?.length, fromNothing: /^0+$/.test(String(before)) };
}
