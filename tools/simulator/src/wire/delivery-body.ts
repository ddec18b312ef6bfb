import { NO_COMMIT } from '../gitea/pushes.js';
import type { Delivery } from '../world/outgoing.js';
import { organizationShape, userShape } from './account-shape.js';
import { payloadCommitShape } from './commit-shape.js';
import { jobShape } from './job-shape.js';
import { repositoryShape } from './repository-shape.js';
import type { WireContext } from './wire-context.js';

/** `[ui] FEED_MAX_COMMIT_NUM`, and how far a new branch is walked. */
const MOST_COMMITS = 5;
const MOST_OF_NEW_BRANCH = 10;

/** The exact text of a delivery: pretty-printed, as Gitea does. */
export function deliveryBody(context: WireContext, delivery: Delivery): string {
  return JSON.stringify(payload(context, delivery), null, 2);
}

function payload(context: WireContext, { repository, report }: Delivery): object {
  const fullName = `${repository.owner}/${repository.name}`;
  const sharedBy = (login: string): object => ({ repository: repositoryShape(context, repository), sender: userShape(context, login) });
  const isOrganization = context.account(repository.owner).kind === 'organization';
  switch (report.event) {
    case 'workflow_job':
      return {
        action: report.action,
        workflow_job: jobShape(context, report.job, { repository: fullName, run: report.run, where: 'delivery', stale: report.stale }),
        ...(isOrganization ? { organization: organizationShape(context, repository.owner) } : {}),
        ...sharedBy(report.run.by),
      };
    case 'push': {
      const shape = (sha: string): object[] => {
        const commit = context.commit(repository.id, sha);
        return commit ? [payloadCommitShape(context, fullName, commit, commit.parent === null ? undefined : context.commit(repository.id, commit.parent))] : [];
      };
      const isNew = report.before === NO_COMMIT;
      const from = isNew && report.ref.startsWith('refs/heads/') ? repository.defaultBranch : report.before;
      return {
        ref: report.ref,
        before: report.before,
        after: report.after,
        compare_url: `${context.root}/${fullName}/compare/${from}...${report.after}`,
        commits: report.commits.slice(0, MOST_COMMITS).flatMap(shape),
        total_commits: isNew ? Math.min(report.commits.length, MOST_OF_NEW_BRANCH) : report.commits.length,
        head_commit: report.head === null ? null : (shape(report.head)[0] ?? null),
        repository: repositoryShape(context, repository),
        pusher: userShape(context, report.by),
        sender: userShape(context, report.by),
      };
    }
    case 'create':
      return { sha: report.sha, ref: report.ref, ref_type: report.refType, ...sharedBy(report.by) };
    case 'delete':
      return { ref: report.ref, ref_type: report.refType, pusher_type: 'user', ...sharedBy(report.by) };
    case 'repository':
      return { action: report.action, repository: repositoryShape(context, repository), organization: userShape(context, repository.owner), sender: userShape(context, report.by) };
  }
}
