import { execFileSync } from 'node:child_process';

/** The doors are tested as they are shipped: compiled. */
export default function buildOnce(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
