//! One code per cause. A signature that does not hold is no code: the host ends the call with Error(Crypto, InvalidInput).
use soroban_sdk::contracterror;

#[contracterror]
#[derive(Clone, Copy, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    BadConfig = 1,
    BadParams = 2,
    TooMany = 3,

    NotRegistered = 10,
    NonceUsed = 11,

    NotOver = 20,
    TooOld = 21,
    TooManyPackets = 22,
    AlreadyProved = 23,
    NoProof = 24,
    TooManyOpen = 25,

    BadUptime = 30,
    AlreadyAttested = 31,

    NotYet = 40,
    AlreadyKnown = 41,
    TooFar = 42,
    ChainMismatch = 43,
    HubNotSilent = 44,
    SeedUnknown = 45,

    AlreadyChallenged = 50,
    AlreadyCleared = 51,
    AlreadyPaid = 52,
    Forfeited = 53,
    NothingToReveal = 54,
    WindowOver = 55,
    WindowOpen = 56,
    NotRequired = 57,
    Lapsed = 58,

    WrongSamples = 60,
    BadOpening = 61,
    BadLeaf = 62,
    KeyOrder = 63,
    SumOverflow = 64,
    RootMismatch = 65,
    CountMismatch = 66,
    SampleOutside = 67,
    SelfSigned = 68,
    UnknownVoucher = 69,

    NotSettled = 70,
    MustReveal = 71,
    NoFunds = 72,
    PaymentFailed = 73,

    NoProposal = 80,
    StillProposing = 81,
    VotingOver = 82,
    NotEligible = 83,
    AlreadyVoted = 84,
    TooEarly = 85,
    TooLate = 86,
    AlreadyExecuted = 87,
    NoQuorum = 88,
    Rejected = 89,
    TooSoon = 90,
}
