export { en as strings } from './en.ts';
