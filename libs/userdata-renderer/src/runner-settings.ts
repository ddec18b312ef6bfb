/** The one-job credential, as Gitea's `Register` answers it: the machine never sees a registration token. */
export interface RunnerCredential {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly token: string;
  /** Names only, as registered: the schema is added here, from the class, never from a job's `runs-on`. */
  readonly labels: readonly string[];
}

/** Where the job's steps run: on the machine itself, or in a container of this image. */
export type JobEnvironment = { readonly mode: 'host' } | { readonly mode: 'image'; readonly image: string };

export interface RunnerSettings {
  readonly credential: RunnerCredential;
  /** Becomes the job's `GITHUB_SERVER_URL`: use the host of Gitea's `ROOT_URL`. A sub-path and plain http are carried. */
  readonly giteaUrl: string;
  readonly environment: JobEnvironment;
  /** `jobMinutes` may be a fraction, as long as it makes whole seconds. */
  readonly limits: { readonly bootSeconds: number; readonly idleSeconds: number; readonly jobMinutes: number };
  /** After this the machine is off whatever happened: at least boot + idle + job limit. */
  readonly lifeSeconds: number;
  /** True up to Gitea 1.26: a runner that lost the race for a job asks again only when its daemon is started anew. */
  readonly singleShotClaim: boolean;
  /** Hosts (with port, without scheme) for which git gets `gitToken`: over https, and over http where `giteaUrl` has it. */
  readonly gitHosts: readonly string[];
  /** A read-only token every job of the class can read. Without it git gets no credential but the job's own. */
  readonly gitToken?: string;
  /** Jobs may use `sudo`: root on the machine. */
  readonly sudo: boolean;
  /** Closes instance metadata to the job, containers and root; false only for classes with an instance profile. */
  readonly metadataWall: boolean;
  /** Default `/var/log/tinqs-ci.log`. */
  readonly logPath?: string;
}
