export { type Destination, type DestinationFault, isPayoutAddress, parseDestination } from './address.ts';
export { type AmountFault, amountStroopsMax, formatXlm, judgeAmount, parseXlm, stroopsPerXlm } from './amount.ts';
export { judgeMemo, type Memo, type MemoFault, type MemoKind, memoTextBytesMax, parseMemo } from './memo.ts';
export { makePayLink, messageLengthMax, type PayLinkFault, type PayRequest, parsePayLink, payLinkLengthMax, readScanned } from './pay-link.ts';
export { type PhraseFault, parsePhrase, phraseLengths, wordsLike } from './phrase.ts';
