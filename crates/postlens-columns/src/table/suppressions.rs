//! Columns of suppressions.

use super::columns;
use crate::suppression::{Advice, Suppression};

columns! { row: Suppression<'a>;
    id Text "the address in lower case" row.id;
    recipient Text "the address as it was written last, before aliases" row.recipient;
    advice Text "`drop`: the address is dead; `check`: it seems so; `keep`: mail failed for other reasons" Advice::name(row.advice);
    cause Text "why mail failed last, in the way that the advice stands on" row.cause.name();
    count Int "how often it failed in that way" row.count;
    others Int "how often it failed for good in other ways" row.others;
    first Time "when it first failed" row.first;
    last Time "when it last failed" row.last;
    dsn Text "enhanced status code of that" row.dsn;
    reply Text "what the other end said" row.reply;
    sender Text "whose mail that was; the null sender is an empty text" row.sender;
}
