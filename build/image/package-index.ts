/** A package, as the index of an archive of Debian has it. */
export interface IndexedPackage {
  name: string;
  version: string;
  /** From the root of the mirror. */
  path: string;
  sha256: string;
  depends: string[][];
}

/** The index of an archive by name, and by what packages provide (deb822(5), deb-control(5)). */
export class PackageIndex {
  readonly #packages = new Map<string, IndexedPackage>();
  readonly #provided = new Map<string, IndexedPackage>();

  constructor(text: string) {
    for (const paragraph of text.split('\n\n')) {
      const fields = fieldsOf(paragraph);
      const name = fields.get('Package');
      if (!name) continue;
      const found = {
        name,
        version: fields.get('Version') ?? '',
        path: fields.get('Filename') ?? '',
        sha256: fields.get('SHA256') ?? '',
        depends: [...relations(fields.get('Pre-Depends')), ...relations(fields.get('Depends'))],
      };
      this.#packages.set(name, found);
      for (const [provided = ''] of relations(fields.get('Provides')))
        if (!this.#provided.has(provided)) this.#provided.set(provided, found);
    }
  }

  /**
   * The packages that are wanted, and all that they depend on but for what is left out, by name. Throws where one is in no
   * archive.
   */
  closure(wanted: readonly string[], without: ReadonlySet<string>): IndexedPackage[] {
    const chosen = new Map<string, IndexedPackage>();
    const waiting = wanted.map(name => [name]);
    for (let choice = waiting.pop(); choice; choice = waiting.pop()) {
      if (choice.some(name => without.has(name) || chosen.has(name))) continue;
      const found = choice.map(name => this.#packages.get(name) ?? this.#provided.get(name)).find(Boolean);
      if (!found) throw new Error(`there is no package ${choice.join(' | ')}`);
      if (chosen.has(found.name)) continue;
      chosen.set(found.name, found);
      waiting.push(...found.depends);
    }
    return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function fieldsOf(paragraph: string): Map<string, string> {
  const lines = paragraph.split('\n').filter(line => line !== '' && !/^[ \t]/.test(line));
  return new Map(
    lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
}

/** `a (>= 1), b:any | c`: names alone, for one archive has one version of each. */
function relations(text = ''): string[][] {
  const groups = text.split(',').map(group => group.split('|').map(word => word.trim().split(/[ (:]/)[0]!));
  return groups.filter(([first]) => first !== '');
}
