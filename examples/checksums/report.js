// Text for checksums.yaml.

export const signatures = {
  line: '(string,bytes)->string',
  page: '(string,string)->string',
};

/** As sha256sum prints it. */
export function line(name, digest) {
  return `${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}  ${name}\n`;
}

export function page(title, lines) {
  return `${title}\n${'='.repeat(title.length)}\n${lines}`;
}
