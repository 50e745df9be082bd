/** An address and its title; the shell shows what is here (frame/pages.ts). */
export default function Route() {
  return null;
}
