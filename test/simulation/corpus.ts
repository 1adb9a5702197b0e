/** Histories from this seed on are each about one thing that is rare elsewhere, so that it happens again and again. */
export const FIRST_THEMED = 1_000_000;

/** Seeds that once broke a promise, in the engine or in what we took for one. They run before all others. */
export const corpus: readonly number[] = [
  // A connect that another worker's clock took for dead wrote to the ERP after its claim was released.
  913,
  // The ledger said "changed" where a one-way value had been replaced, because the value moved on in a later round.
  402,
  // An ERP took the values, would not be looked at afterwards, and the ledger said that nothing was written.
  3475, 3681, 4842, 5648,
  // Writes that arrive after their sender was stopped, or after their link was removed.
  3355, 6489, 7517, 7879,
  // Changed and changed back, and the same edit on both sides: what the oracle took for a loss.
  139, 157, 719, 1050, 1474,
  // A call that had left before its worker was stopped, and arrived after another had done its work.
  1534, 2249,
  // A ledger row struck while its write was still on the way.
  4679, 13116,
  // What a weaker ERP had edited, overruled as a mere change.
  11564, 19856, 21228,
  // A brake whose run failed whole, and that nobody could release.
  26, 29,
  // Polls of four connections that left the sweep no place.
  2262, 2797, 3442,
  // A value taken over from a weaker ERP, replaced in the next round by a stronger one as a mere change.
  1045,
  // An actor that was edited between its creation and our first look, taken for what was agreed on.
  24,
  // A write into a record that was merged away before anybody saw the end of it: what the oracle took for a loss.
  3103,
  // A deleted record whose actor was told again with every poll, and that pulled the brake each time.
  4815,
  // A value on its way to an ERP, overtaken in the same plan by one that the ERP could not take, and written all the same.
  6494,
  // An actor that was edited between the answer to its creation and our first look, taken for what was agreed on.
  8537,
  // A value that was put back in SuperOffice, and that nobody took on to the other ERPs.
  11688,
  // A merged record's link that waited beside one that had long been disconnected.
  2437, 4293, 4417, 5018, 12255, 17947, 18776,
  // An edit of the other side that was taken for agreed, because a restored backup was given its newer value again.
  894,
  // A record that was claimed in the moment in which a restored backup became known.
  1037,
  // An older value as an ERP keeps it, in capitals, taken for an edit since the restore.
  1090,
  // A restored backup that could not be decided on, because the only record was deleted.
  1307,
  // What another ERP had replaced in SuperOffice, taken for an edit since a backup was restored; and its opposite, what was
  // written there after an ERP had stopped keeping up, taken for the backup's.
  16551,
  1419,
  // Two restored backups at once, decided on one after the other: what the oracle took for one write too many.
  7665,
  // A record of a run that was taken for done after a failure that would have passed.
  2591, 3631, 4074,
  // An unanswered write as an ERP keeps it, in capitals, taken for somebody's edit.
  303,
  // A newer value given again to a restored ERP, which keeps it in its own way, taken for an edit.
  409, 100396,
  // An actor that was away while its ERP was restored, and came back older: what the oracle did not know of.
  3161,
  // A write that arrived when the next one had been begun, in capitals, taken for that one.
  10637,
  // Somebody's edit that an unanswered write had carried on, planned as what a restored backup had put back.
  101924,
  // A worker whose fence was given again, when its record had been disconnected and was linked again.
  105511,
  // Somebody's edit, which the ledger took for what an unanswered write had become.
  119431,
  // A late child of an earlier wish for the same record, and one that was connected elsewhere: what the oracle took for lost.
  105637,
  106844,
  // A backup's value that nobody could replace any more, its link being gone when it was decided on: what the oracle waited for.
  3173,
  // The same, by a link whose actor could not be read when the plan was made.
  8806,
  // An undo that the ERP refused, told as in the way of two sides that agree.
  2850,
  // What looked alike while a second restored backup was undecided, agreed on by the way; and a log that told of a write for
  // which somebody had been too fast.
  1002198,
  // A write that its ERP did not answer, newer than what was agreed on, taken for what a backup had put back.
  1000504,
  // A value that an ERP had refused, in the way of the next one, which another ERP brought.
  1001283,
  // What the oracle took for a loss: what was decided to stay, what was asked for and begun again, an undo that seemed to arrive.
  1000245,
  1001124, 1001107, 1000803,
  // A newer value that a restored ERP refused when it was given again: the older one was then carried on as an edit.
  123823,
];

/** Seeds in which a planted bug shows that the first few hundred do not meet. */
export const telling: readonly number[] = [575, 444, 1000128, 1000288, 1000574, 1000664, 1000996];
