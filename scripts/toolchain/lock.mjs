// `npm run lock`: writes package-lock.json anew from package.json, without addresses: packages come from whatever registry npm is set to.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const file = new URL('package-lock.json', import.meta.url);
rmSync(file, { force: true });
execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: new URL('.', import.meta.url), stdio: 'inherit' });

const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  delete entry.funding;
}
const text = `${JSON.stringify(lock, null, 2)}\n`;
if (/https?:/.test(text)) throw new Error('package-lock.json still holds an address');
writeFileSync(file, text);
