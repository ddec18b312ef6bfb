import type { GiteaVersion } from './gitea-version.js';
import { YamlRefusal } from './yaml-cursor.js';
import type { YamlNode } from './yaml-node.js';
import { YamlTokens } from './yaml-tokens.js';
import type { YamlToken, YamlTokenKind } from './yaml-tokens.js';

type Building = { -readonly [Field in keyof YamlNode]: Field extends 'items' ? YamlNode[] : YamlNode[Field] };

/** A collection that is still open. `pair`: a single `key: value` in brackets is a map of its own. */
interface Open {
  readonly kind: 'block-seq' | 'indentless' | 'block-map' | 'flow-seq' | 'flow-map' | 'pair';
  readonly node: Building;
  /** What comes next. `bare`: the value of a key without a colon. */
  expects: 'first' | 'entry' | 'key' | 'value' | 'bare' | 'close';
}

/** Builds the first document of a text; undefined: there is none. No recursion: depth costs memory, not stack. */
export class YamlTree {
  readonly #tokens: YamlTokens;
  readonly #open: Open[] = [];
  readonly #anchors = new Map<string, YamlNode>();
  readonly #handles = new Map([
    ['!', '!'],
    ['!!', '!!'],
  ]);
  #root: YamlNode | undefined;

  constructor(text: string, gitea: GiteaVersion) {
    this.#tokens = new YamlTokens(text, gitea);
  }

  /** How far the text was read. */
  get offset(): number {
    return this.#tokens.offset;
  }

  build(): YamlNode | undefined {
    if (!this.#startDocument()) return undefined;
    if (this.#at('directive', '---', '...', 'end')) this.#deliver(this.#empty());
    else this.#node(true, false);
    for (let top = this.#open.at(-1); top; top = this.#open.at(-1)) this.#advance(top);
    // Where the document ends Gitea looks one token further.
    this.#tokens.peek();
    return this.#root;
  }

  #startDocument(): boolean {
    if (this.#at('end')) return false;
    if (!this.#at('directive', '---')) return true;
    let version = false;
    for (let token = this.#tokens.peek(); token.kind === 'directive'; token = this.#tokens.peek()) {
      const { directive } = this.#tokens.next();
      if (directive?.kind === 'version') {
        if (version) throw new YamlRefusal('%YAML stands here twice', token.offset);
        if (directive.version !== '1.1' && directive.version !== '01.01') throw new YamlRefusal(`%YAML ${directive.version} is not understood; remove it`, token.offset);
        version = true;
      } else if (directive) {
        if (this.#handles.has(directive.handle) && directive.handle.length > 2) throw new YamlRefusal(`%TAG ${directive.handle} stands here twice`, token.offset);
        this.#handles.set(directive.handle, directive.prefix);
      }
    }
    this.#expect('---', 'after directives');
    return true;
  }

  #at(...kinds: readonly YamlTokenKind[]): boolean {
    return kinds.includes(this.#tokens.peek().kind);
  }

  #take(kind: YamlTokenKind): boolean {
    if (!this.#at(kind)) return false;
    this.#tokens.next();
    return true;
  }

  #expect(kind: YamlTokenKind, where: string): void {
    if (!this.#take(kind)) this.#refuse(`"${kind}" is missing ${where}`);
  }

  #refuse(message: string): never {
    throw new YamlRefusal(message, this.#tokens.peek().offset);
  }

  #empty(offset = this.#tokens.peek().offset): YamlNode {
    return { kind: 'scalar', tag: '', value: '', plain: true, items: [], offset };
  }

  #deliver(node: YamlNode): void {
    const top = this.#open.at(-1);
    if (top) top.node.items.push(node);
    else this.#root = node;
  }

  #close(): void {
    const closed = this.#open.pop();
    if (closed) this.#deliver(closed.node);
  }

  #advance(top: Open): void {
    switch (top.kind) {
      case 'block-seq':
        if (this.#take('-')) return this.#at('-', 'block-end') ? this.#deliver(this.#empty()) : this.#node(true, false);
        if (!this.#take('block-end')) this.#refuse('an entry of a list is expected here, beginning with "-" in the column of the others');
        return this.#close();
      case 'indentless':
        if (this.#take('-')) return this.#at('-', 'key', 'value', 'block-end') ? this.#deliver(this.#empty()) : this.#node(true, false);
        return this.#close();
      case 'block-map':
        return this.#advanceBlockMap(top);
      case 'flow-seq':
        return this.#advanceFlowSeq(top);
      case 'pair':
        return this.#advancePair(top);
      case 'flow-map':
        return this.#advanceFlowMap(top);
    }
  }

  #advanceBlockMap(top: Open): void {
    if (top.expects === 'value') {
      top.expects = 'key';
      return this.#take('value') && !this.#at('key', 'value', 'block-end') ? this.#node(true, true) : this.#deliver(this.#empty());
    }
    if (this.#take('key')) {
      top.expects = 'value';
      return this.#at('key', 'value', 'block-end') ? this.#deliver(this.#empty()) : this.#node(true, true);
    }
    if (this.#at('value')) {
      top.expects = 'value';
      this.#refuse('a key is expected here');
    }
    if (!this.#take('block-end')) this.#refuse('a key is expected here, in the column of the others; is the text before it complete, and quoted where it needs to be?');
    this.#close();
  }

  #comma(top: Open, closing: ']' | '}'): void {
    if (top.expects === 'first') top.expects = 'entry';
    else if (!this.#take(',')) this.#refuse(`"," or "${closing}" is expected here`);
  }

  #advanceFlowSeq(top: Open): void {
    if (!this.#at(']')) {
      this.#comma(top, ']');
      const { offset } = this.#tokens.peek();
      if (this.#take('key')) return void this.#open.push({ kind: 'pair', node: collection('map', offset), expects: 'key' });
      if (!this.#at(']')) return this.#node(false, false);
    }
    this.#tokens.next();
    this.#close();
  }

  #advancePair(top: Open): void {
    if (top.expects === 'key') {
      top.expects = 'value';
      if (!this.#at('value', ',', ']')) return this.#node(false, false);
      // Gitea's library loses that token.
      const { offset } = this.#tokens.next();
      return this.#deliver(this.#empty(offset));
    }
    if (top.expects === 'value') {
      top.expects = 'close';
      return this.#take('value') && !this.#at(',', ']') ? this.#node(false, false) : this.#deliver(this.#empty());
    }
    this.#close();
  }

  #advanceFlowMap(top: Open): void {
    if (top.expects === 'value') {
      top.expects = 'entry';
      return this.#take('value') && !this.#at(',', '}') ? this.#node(false, false) : this.#deliver(this.#empty());
    }
    if (top.expects === 'bare') {
      top.expects = 'entry';
      return this.#deliver(this.#empty());
    }
    if (!this.#at('}')) {
      this.#comma(top, '}');
      if (this.#take('key')) {
        top.expects = 'value';
        return this.#at('value', ',', '}') ? this.#deliver(this.#empty()) : this.#node(false, false);
      }
      if (!this.#at('}')) {
        top.expects = 'bare';
        return this.#node(false, false);
      }
    }
    this.#tokens.next();
    this.#close();
  }

  /** Reads one node: delivers it, or opens the collection it begins. */
  #node(block: boolean, indentless: boolean): void {
    let token = this.#tokens.peek();
    const { offset } = token;
    if (token.kind === 'alias') {
      this.#tokens.next();
      const target = this.#anchors.get(token.value);
      if (!target) throw new YamlRefusal(`the alias *${token.value} has no anchor before it; add &${token.value} or remove the alias`, offset);
      return this.#deliver({ kind: 'alias', tag: '', value: token.value, plain: false, items: [], target, offset });
    }
    let anchor: string | undefined;
    let tag: string | undefined;
    for (; (token.kind === 'anchor' && anchor === undefined) || (token.kind === 'tag' && tag === undefined); token = this.#tokens.peek()) {
      this.#tokens.next();
      if (token.kind === 'anchor') anchor = token.value;
      else tag = this.#tagOf(token);
    }
    const kind = this.#kindOf(token, block, indentless);
    const isScalar = token.kind === 'plain' || token.kind === 'quoted' || token.kind === 'block';
    if (!kind && !isScalar && anchor === undefined && tag === undefined) this.#refuse(`a value is expected here${token.kind === 'end' ? ', and the text ends' : `, found "${token.kind}"`}`);
    const node: Building = kind ? collection(kind.endsWith('map') ? 'map' : 'seq', offset) : { kind: 'scalar', tag: '', value: isScalar ? token.value : '', plain: token.kind !== 'quoted' && token.kind !== 'block', items: [], offset };
    if (token.kind === 'block') node.block = true;
    if (tag !== undefined && tag !== '!') node.tag = tag;
    if (anchor !== undefined) {
      node.anchor = anchor;
      this.#anchors.set(anchor, node);
    }
    if (!kind) {
      if (isScalar) this.#tokens.next();
      return this.#deliver(node);
    }
    if (kind !== 'indentless') this.#tokens.next();
    this.#open.push({ kind, node, expects: kind === 'block-map' ? 'key' : 'first' });
  }

  #kindOf({ kind }: YamlToken, block: boolean, indentless: boolean): Exclude<Open['kind'], 'pair'> | undefined {
    if (indentless && kind === '-') return 'indentless';
    if (kind === '[') return 'flow-seq';
    if (kind === '{') return 'flow-map';
    return block && (kind === 'block-seq' || kind === 'block-map') ? kind : undefined;
  }

  #tagOf({ tag, offset }: YamlToken): string {
    const { handle, suffix } = tag ?? { handle: '', suffix: '' };
    if (handle === '') return shortTag(suffix);
    const prefix = this.#handles.get(handle);
    if (prefix === undefined) throw new YamlRefusal(`the tag's handle ${handle} is not declared`, offset);
    return shortTag(prefix + suffix);
  }
}

function shortTag(tag: string): string {
  return tag.startsWith('tag:yaml.org,2002:') ? `!!${tag.slice('tag:yaml.org,2002:'.length)}` : tag;
}

function collection(kind: 'map' | 'seq', offset: number): Building {
  return { kind, tag: '', value: '', plain: false, items: [], offset };
}
