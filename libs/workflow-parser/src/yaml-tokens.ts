import type { GiteaVersion } from './gitea-version.js';
import { readingRules } from './reading-rules.js';
import { scanBlock } from './yaml-block.js';
import { codeAt, columnOf, isBlankOrBreakOrEnd, isBreak, isDocumentMark, isEnd, takeBreak, YamlRefusal } from './yaml-cursor.js';
import type { Cursor } from './yaml-cursor.js';
import { scanPlain } from './yaml-plain.js';
import { scanDirective, scanName, scanTag } from './yaml-properties.js';
import type { Directive, TagText } from './yaml-properties.js';
import { scanQuoted } from './yaml-quoted.js';

export type YamlTokenKind = 'end' | 'directive' | '---' | '...' | 'block-seq' | 'block-map' | 'block-end' | '-' | 'key' | 'value' | '[' | ']' | '{' | '}' | ',' | 'alias' | 'anchor' | 'tag' | 'plain' | 'quoted' | 'block';

export interface YamlToken {
  readonly kind: YamlTokenKind;
  readonly offset: number;
  /** Of a scalar, an anchor or an alias. */
  readonly value: string;
  readonly tag?: TagText;
  readonly directive?: Directive;
}

/** A place where a key without `?` may begin, until a `:` shows that it does. */
interface PossibleKey {
  /** The number of the token it begins with. */
  readonly token: number;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** Nothing but a key can stand at this indentation. */
  readonly required: boolean;
}

/** Gitea's YAML gives up beyond this, whatever opens the levels. */
const deepest = 10_000;
const longestKey = 1024;

/** Gives the tokens of a text one after the other, those of its indentation among them. */
export class YamlTokens {
  readonly #cursor: Cursor;
  readonly #gitea: GiteaVersion;
  readonly #queue: YamlToken[] = [];
  #head = 0;
  #taken = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  /** One for the block level and one for each open bracket. */
  readonly #keys: (PossibleKey | undefined)[] = [undefined];
  /** The level of the possible key that begins with a token. */
  readonly #levelOf = new Map<number, number>();
  #keyAllowed = true;
  #ended = false;

  constructor(text: string, gitea: GiteaVersion) {
    const start = text.startsWith('\ufeff') ? 1 : 0;
    this.#cursor = { text, at: start, lineStart: start, line: 0 };
    this.#gitea = gitea;
  }

  /** How far the text was read, which is up to three tokens further than what was asked for: Gitea's library does so for comments. */
  get offset(): number {
    return this.#cursor.at;
  }

  peek(): YamlToken {
    while (!this.#ended && (this.#queue.length - this.#head < 3 || this.#mayBecomeKey())) this.#fetch();
    return this.#queue[this.#head] as YamlToken;
  }

  next(): YamlToken {
    const token = this.peek();
    if (token.kind === 'end') return token;
    this.#taken++;
    this.#head++;
    if (this.#head > 256) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return token;
  }

  #mayBecomeKey(): boolean {
    const level = this.#levelOf.get(this.#taken);
    return level !== undefined && this.#validKey(level) !== undefined;
  }

  /** The possible key of a level, unless its line or its 1,024 characters are over. */
  #validKey(level: number): PossibleKey | undefined {
    const key = this.#keys[level];
    if (!key || (key.line === this.#cursor.line && this.#cursor.at <= key.offset + longestKey)) return key;
    this.#dropKey(level);
    return undefined;
  }

  #dropKey(level = this.#keys.length - 1): void {
    const key = this.#keys[level];
    if (key?.required) throw new YamlRefusal('a key stands here, and no ":" follows it', key.offset);
    if (key) this.#levelOf.delete(key.token);
    this.#keys[level] = undefined;
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    this.#dropKey();
    const column = columnOf(this.#cursor);
    const token = this.#taken + this.#queue.length - this.#head;
    this.#levelOf.set(token, this.#keys.length - 1);
    this.#keys[this.#keys.length - 1] = { token, offset: this.#cursor.at, line: this.#cursor.line, column, required: !this.#inFlow && this.#indent === column };
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1;
  }

  #push(kind: YamlTokenKind, offset: number, value = '', more: Pick<YamlToken, 'tag' | 'directive'> = {}): void {
    this.#queue.push({ kind, offset, value, ...more });
  }

  /** Opens a block collection where the text is indented deeper than before. `at`: the token it stands before. */
  #roll(column: number, kind: 'block-seq' | 'block-map', offset: number, at = this.#taken + this.#queue.length - this.#head): void {
    if (this.#inFlow || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    if (this.#indents.length > deepest) throw new YamlRefusal(`this is nested more than ${deepest} levels deep; flatten it`, offset);
    this.#indent = column;
    this.#queue.splice(at - this.#taken + this.#head, 0, { kind, offset, value: '' });
  }

  #unroll(column: number): void {
    if (this.#inFlow) return;
    while (this.#indent > column) {
      this.#push('block-end', this.#cursor.at);
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      while (codeAt(cursor) === 0x20 || (codeAt(cursor) === 0x09 && (this.#inFlow || !this.#keyAllowed))) cursor.at++;
      if (codeAt(cursor) === 0x23) while (!isBreak(codeAt(cursor)) && !isEnd(codeAt(cursor))) cursor.at++;
      if (!isBreak(codeAt(cursor))) return;
      takeBreak(cursor);
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#unroll(columnOf(cursor));
    const code = codeAt(cursor);
    const offset = cursor.at;
    if (isEnd(code)) return this.#fetchEnd();
    if (columnOf(cursor) === 0) {
      if (code === 0x25) {
        this.#endBlocks();
        return this.#push('directive', offset, '', { directive: scanDirective(cursor) });
      }
      for (const mark of ['---', '...'] as const) {
        if (!isDocumentMark(cursor, mark)) continue;
        this.#endBlocks();
        cursor.at += 3;
        return this.#push(mark, offset);
      }
    }
    const isLast = isBlankOrBreakOrEnd(codeAt(cursor, 1));
    switch (code) {
      case 0x5b:
      case 0x7b:
        return this.#openFlow(code === 0x5b ? '[' : '{');
      case 0x5d:
      case 0x7d:
        return this.#closeFlow(code === 0x5d ? ']' : '}');
      case 0x2c:
        this.#dropKey();
        this.#keyAllowed = true;
        cursor.at++;
        return this.#push(',', offset);
      case 0x2a:
      case 0x26:
        this.#saveKey();
        this.#keyAllowed = false;
        return this.#push(code === 0x2a ? 'alias' : 'anchor', offset, scanName(cursor, this.#gitea));
      case 0x21:
        this.#saveKey();
        this.#keyAllowed = false;
        return this.#push('tag', offset, '', { tag: scanTag(cursor) });
      case 0x27:
      case 0x22:
        this.#saveKey();
        this.#keyAllowed = false;
        return this.#push('quoted', offset, scanQuoted(cursor));
    }
    if (code === 0x2d && isLast) return this.#fetchEntry();
    if (code === 0x3f && (isLast || (this.#inFlow && readingRules[this.#gitea].questionMarksAreKeys))) return this.#fetchKey();
    if (code === 0x3a && (isLast || this.#inFlow)) return this.#fetchValue();
    if ((code === 0x7c || code === 0x3e) && !this.#inFlow) {
      this.#dropKey();
      this.#keyAllowed = true;
      return this.#push('block', offset, scanBlock(cursor, this.#indent));
    }
    if (code === 0x09) throw new YamlRefusal('a tab stands where blanks should indent', offset);
    if ('#|>%@`'.includes(String.fromCharCode(code))) throw new YamlRefusal(`a text cannot begin with ${String.fromCharCode(code)}; put it in quotes`, offset);
    this.#saveKey();
    this.#keyAllowed = false;
    const { value, atLineStart } = scanPlain(cursor, this.#indent + 1, this.#inFlow, this.#gitea);
    if (atLineStart) this.#keyAllowed = true;
    this.#push('plain', offset, value);
  }

  #fetchEnd(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#ended = true;
    this.#push('end', this.#cursor.at);
  }

  #endBlocks(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
  }

  #openFlow(kind: '[' | '{'): void {
    this.#saveKey();
    this.#keys.push(undefined);
    if (this.#keys.length > deepest + 1) throw new YamlRefusal(`this is nested more than ${deepest} levels deep; flatten it`, this.#cursor.at);
    this.#keyAllowed = true;
    this.#push(kind, this.#cursor.at++);
  }

  #closeFlow(kind: ']' | '}'): void {
    this.#dropKey();
    if (this.#inFlow) this.#keys.pop();
    this.#keyAllowed = false;
    this.#push(kind, this.#cursor.at++);
  }

  #fetchEntry(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) throw new YamlRefusal('an entry of a list cannot begin here; put "-" in a line of its own, or quote it', this.#cursor.at);
      this.#roll(columnOf(this.#cursor), 'block-seq', this.#cursor.at);
    }
    this.#dropKey();
    this.#keyAllowed = true;
    this.#push('-', this.#cursor.at++);
  }

  #fetchKey(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) throw new YamlRefusal('a key cannot begin here; quote the "?"', this.#cursor.at);
      this.#roll(columnOf(this.#cursor), 'block-map', this.#cursor.at);
    }
    this.#dropKey();
    this.#keyAllowed = !this.#inFlow;
    this.#push('key', this.#cursor.at++);
  }

  #fetchValue(): void {
    const key = this.#validKey(this.#keys.length - 1);
    if (key) {
      this.#queue.splice(key.token - this.#taken + this.#head, 0, { kind: 'key', offset: key.offset, value: '' });
      this.#roll(key.column, 'block-map', key.offset, key.token);
      this.#levelOf.delete(key.token);
      this.#keys[this.#keys.length - 1] = undefined;
      this.#keyAllowed = false;
    } else {
      if (!this.#inFlow) {
        if (!this.#keyAllowed) throw new YamlRefusal('a ":" with a blank behind it cannot stand here; put the text in quotes', this.#cursor.at);
        this.#roll(columnOf(this.#cursor), 'block-map', this.#cursor.at);
      }
      this.#keyAllowed = !this.#inFlow;
    }
    this.#push('value', this.#cursor.at++);
  }
}
