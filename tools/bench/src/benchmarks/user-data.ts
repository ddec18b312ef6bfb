import { encodeUserData } from '@tinqs/spot-launcher';
import { renderUserData } from '@tinqs/userdata-renderer';
import type { Benchmark, Measured } from '../benchmark.js';

/** A class with everything switched on. */
const script = (): string =>
  renderUserData({
    credential: { id: 42, uuid: '7b1f3c3e-58a1-4a4b-9c8e-0d3a0a6f3f10', name: 'tinqs-ci-a1b2c3-go-large-0123456789ab', token: 't'.repeat(40), labels: ['go', 'go-large', 'linux', 'arm64'] },
    giteaUrl: 'https://git.example.com/gitea',
    environment: { mode: 'image', image: 'registry.example.com/team/go-builder:1.26' },
    limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 360 },
    lifeSeconds: 22_200,
    singleShotClaim: true,
    gitHosts: ['git.example.com', 'mirror.example.com:3000'],
    gitToken: 'g'.repeat(40),
    sudo: true,
    metadataWall: true,
  });

/** As RunInstances carries it: plain where that fits, else after gzip. */
async function measure(): Promise<Measured> {
  return { kind: 'samples', samples: [Buffer.from(encodeUserData(script()), 'base64').byteLength] };
}

export const userData: readonly Benchmark[] = [{ id: 'user-data', what: 'user data of a machine with everything switched on, as EC2 counts it', unit: 'bytes', budget: 16_384, measure }];
