// zod carries its messages in some fifty languages into every bundle, a third of a megabyte that each process would
// read at its start. Our texts have their own translations, so English stays and the others are left out.
const file = /zod[\\/]v4[\\/]locales[\\/]index\.js$/;
const contents = "export { default as en } from './en.js';";

/** The plug-in for esbuild; the window's bundle has no zod at all. */
export const leanZod = {
  name: 'lean-zod',
  setup(builder) {
    builder.onLoad({ filter: file }, () => ({ contents, loader: 'js' }));
  },
};
