export { PageFiles, type PageFilesOptions } from './page-files.ts';
