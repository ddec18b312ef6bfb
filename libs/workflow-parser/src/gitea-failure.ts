/** What Gitea's code does not get past. Thrown inside this library only; its public functions return it as a value, with a position. */
export abstract class Failure extends Error {
  /** Where in the text, once it is known. */
  offset?: number;
}

/** Gitea's code returns an error here. */
export class GiteaError extends Failure {
  override readonly name = 'GiteaError';
}

/** Gitea's code panics here. */
export class GiteaPanic extends Failure {
  override readonly name = 'GiteaPanic';
}

/** Gitea can evaluate this, and what is known here does not suffice. */
export class NotKnownHere extends Failure {
  override readonly name = 'NotKnownHere';
}

/** Runs something that concerns a node, and gives a failure in it that node's place. */
export function locate<T>(node: { readonly offset: number }, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Failure) error.offset ??= node.offset;
    throw error;
  }
}
