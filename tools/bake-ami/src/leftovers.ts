import { sentenceOf } from './bake-failure.js';
import { TAGS } from './own-image.js';
import type { World } from './world.js';

/**
 * Ends machines of earlier runs whose time is over. A running one ends itself; one that was stopped when the tool was
 * killed has no timer any more. What goes wrong is told and stops nobody.
 */
export async function endLeftovers({ launcher, now, say }: Pick<World, 'launcher' | 'now' | 'say'>): Promise<void> {
  for (const role of ['builder', 'verifier']) {
    try {
      for (const { instanceId, tags } of await launcher.list({ tags: { [TAGS.mark]: 'true', [TAGS.role]: role }, states: ['pending', 'running', 'stopping', 'stopped'] })) {
        const endsBy = Date.parse(tags[TAGS.endsBy] ?? '');
        if (!(endsBy < now())) continue;
        await launcher.terminate(instanceId);
        say(`ended ${instanceId}, which an earlier run had left`);
      }
    } catch (error) {
      say(`could not look for a ${role} that an earlier run may have left: ${sentenceOf(error)}`);
    }
  }
}
