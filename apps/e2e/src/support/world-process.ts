// A simulated Gitea and EC2 in a process of their own, for tests that kill `npm start`. Prints their addresses, then lives until its stdin ends.
import { DEMO_TIMING, createSimulatedWorld, runInRealTime, scaleTiming, serveEc2, serveGitea, type GiteaVersion } from '@tinqs/simulator';

const [seed = '1', speed = '1', version = '1.25', token = 'token'] = process.argv.slice(2);
const now = () => Date.now();
const world = createSimulatedWorld({ seed: Number(seed), startedAt: now(), gitea: version as GiteaVersion, timing: scaleTiming(DEMO_TIMING, Number(speed)) });
world.do('addToken', { token, login: 'operator', scopes: ['all'], admin: true });
const gitea = await serveGitea({ world, now });
const ec2 = await serveEc2({ world, now });
const clock = runInRealTime({ world, now, root: gitea.url });
process.stdout.write(`${JSON.stringify({ gitea: gitea.url, ec2: ec2.url })}\n`);
process.stdin.resume().once('end', () => {
  void Promise.all([clock.stop(), gitea.close(), ec2.close()]).then(() => process.exit(0));
});
