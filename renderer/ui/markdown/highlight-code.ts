import { common, createLowlight } from 'lowlight';

/** A piece of highlighted code: words, or pieces of one colour. */
export type CodePiece = string | { readonly className: string; readonly children: readonly CodePiece[] };

/** More pieces than these are not worth their elements. */
const mostPieces = 6000;

type Root = ReturnType<ReturnType<typeof createLowlight>['highlight']>;
type Node = Root['children'][number];

let lowlight: ReturnType<typeof createLowlight> | null = null;

/** Only names of colours of the highlighter: no other class of the window can be reached from a message. */
function classOf(node: Extract<Node, { type: 'element' }>): string {
  const names: unknown = node.properties['className'];
  if (!Array.isArray(names)) return '';
  return names.filter((name) => typeof name === 'string' && /^hljs-[\w-]+$/.test(name)).join(' ');
}

function toPieces(nodes: readonly Node[], count: { left: number }): CodePiece[] {
  return nodes.flatMap((node): CodePiece[] => {
    count.left -= 1;
    if (node.type === 'text') return [node.value];
    if (node.type !== 'element') return [];
    return [{ className: classOf(node), children: toPieces(node.children, count) }];
  });
}

/** Code as a tree of coloured pieces; null for a language nobody knows or code that makes too many. Never throws. */
export function highlightCode(code: string, language: string): readonly CodePiece[] | null {
  lowlight ??= createLowlight(common);
  if (!lowlight.registered(language)) return null;
  try {
    const count = { left: mostPieces };
    const pieces = toPieces(lowlight.highlight(language, code).children, count);
    return count.left < 0 ? null : pieces;
  } catch {
    return null;
  }
}
