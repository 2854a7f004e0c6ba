//! Who must act, how long a failure lasts, and on whose side it happened.

/// Who must do something so that the failure goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// Nobody: it passes by itself, or the refusal was right.
    Nobody,
    /// The admin of this mail system.
    OurAdmin,
    /// Whoever runs this system's name service: its resolver and its own records.
    OurDns,
    /// The sender: an address to be corrected, a message to be changed, a login to be made.
    Sender,
    /// The recipient, or whoever looks after the recipient's mailbox.
    Recipient,
    /// The admin of the other mail system.
    PeerAdmin,
    /// Whoever runs the network between the two.
    Network,
    /// Not known.
    Unclear,
}

impl Actor {
    /// Every actor.
    pub const ALL: [Self; 8] = [
        Self::Nobody,
        Self::OurAdmin,
        Self::OurDns,
        Self::Sender,
        Self::Recipient,
        Self::PeerAdmin,
        Self::Network,
        Self::Unclear,
    ];

    /// The name in records, in snake_case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::OurAdmin => "our_admin",
            Self::OurDns => "our_dns",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::PeerAdmin => "peer_admin",
            Self::Network => "network",
            Self::Unclear => "unclear",
        }
    }

    /// The key of the actor's words for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::Nobody => "actor-nobody",
            Self::OurAdmin => "actor-our-admin",
            Self::OurDns => "actor-our-dns",
            Self::Sender => "actor-sender",
            Self::Recipient => "actor-recipient",
            Self::PeerAdmin => "actor-peer-admin",
            Self::Network => "actor-network",
            Self::Unclear => "actor-unclear",
        }
    }
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permanence {
    /// The same mail may go through later.
    Temporary,
    /// The same mail will fail again.
    Permanent,
    /// A cause that comes in both forms; no code tells which.
    Either,
}

impl Permanence {
    /// Every permanence.
    pub const ALL: [Self; 3] = [Self::Temporary, Self::Permanent, Self::Either];

    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Temporary => "temporary",
            Self::Permanent => "permanent",
            Self::Either => "either",
        }
    }

    /// The key of its words for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::Temporary => "permanence-temporary",
            Self::Permanent => "permanence-permanent",
            Self::Either => "permanence-either",
        }
    }
}

/// On whose side the failure happened. The same cause asks different people to act:
/// a full disk is ours to empty or theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Another system did not take our mail.
    Peer,
    /// Our own system could not deliver, or does not know where to.
    Own,
    /// Our own system refused a client.
    Client,
}

impl Side {
    /// Every side.
    pub const ALL: [Self; 3] = [Self::Peer, Self::Own, Self::Client];

    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Own => "own",
            Self::Client => "client",
        }
    }

    /// The key of its words for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::Peer => "side-peer",
            Self::Own => "side-own",
            Self::Client => "side-client",
        }
    }
}

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The words or an exact code say so.
    Certain,
    /// Words that often go with the cause.
    Likely,
    /// A code that says only what it is about.
    Guess,
    /// The cause is unknown.
    None,
}

impl Confidence {
    /// Every degree, the surest first.
    pub const ALL: [Self; 4] = [Self::Certain, Self::Likely, Self::Guess, Self::None];

    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Guess => "guess",
            Self::None => "none",
        }
    }

    /// The key of its words for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::Certain => "confidence-certain",
            Self::Likely => "confidence-likely",
            Self::Guess => "confidence-guess",
            Self::None => "confidence-none",
        }
    }
}
