use super::{ClusterEvent, ClusterNode, LATE, NodeOutput, Outputs, Stage, StoredTable};
use crate::cluster::{Epoch, HostInput, MembershipInput, Monotonic, NodeProcess, ShardTable};

impl<M> ClusterNode<M> {
    pub(super) fn read(
        &mut self,
        now: Monotonic,
        stored: Option<StoredTable>,
        outputs: &mut Outputs<M>,
    ) {
        self.reading = false;
        match stored {
            Some(stored) => {
                self.adopt(now, stored, outputs);
                // A later one may have been heard meanwhile, and a write is guarded by that.
                if let Some(known) = &self.stored {
                    let table = known.table.clone();
                    self.lead_by(now, &table, outputs);
                }
            }
            None if self.stored.is_none() => {
                let table = ShardTable::new(self.settings.shards);
                self.lead_by(now, &table, outputs);
            }
            // The store has lost it, or what was read is older than what was heard.
            None => self.look_at = now + self.pause(),
        }
    }

    /// Goes by what is stored, if this node leads.
    fn lead_by(&mut self, now: Monotonic, table: &ShardTable, outputs: &mut Outputs<M>) {
        let gone = table.nodes().iter();
        let gone = gone.filter(|it| self.membership.is_gone(it)).cloned();
        let gone = gone.collect();
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.read(now, table, gone));
        self.fulfil(now, wish, outputs);
    }

    pub(super) fn learn(&mut self, now: Monotonic, stored: StoredTable, outputs: &mut Outputs<M>) {
        let table = stored.table.clone();
        self.adopt(now, stored, outputs);
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.heard(now, &table));
        self.fulfil(now, wish, outputs);
    }

    pub(super) fn written(
        &mut self,
        now: Monotonic,
        (request, revision): (u64, u64),
        outputs: &mut Outputs<M>,
    ) {
        let leading = self.leading.as_mut();
        if let Some(table) = leading.and_then(|it| it.take_written(request)) {
            self.adopt(now, StoredTable { revision, table }, outputs);
            let leading = self.leading.as_mut();
            let wish = leading.and_then(|it| it.written(now));
            self.fulfil(now, wish, outputs);
        }
    }

    /// Looks at what is stored, which says what to write next. At once, for it is likely to be a later
    /// table; but if nothing came of an earlier write on the same one, then not before a while: the
    /// store may say no to all of them, as one does that cannot store a write of another.
    pub(super) fn unwritten(&mut self, now: Monotonic, request: u64) {
        let leading = self.leading.as_mut();
        if leading.is_some_and(|it| it.unwritten(request)) {
            let revision = self.revision();
            let is_again = self.unwritten_on.replace(revision) == Some(revision);
            self.look_at = if is_again { now + self.pause() } else { now };
        }
    }

    /// Somebody goes by the table of this epoch. That is looked into once: who goes by the tables of a
    /// cluster that is no more, is of no account.
    pub(super) fn overhear(&mut self, now: Monotonic, epoch: Epoch) {
        if self.me.epoch.max(self.rumoured) < epoch {
            self.rumoured = epoch;
            self.doubt_at.get_or_insert(now + LATE);
        }
    }

    /// Goes by the table from now on, unless it is older than the one that is known.
    fn adopt(&mut self, now: Monotonic, stored: StoredTable, outputs: &mut Outputs<M>) {
        let known = self.stored.as_ref().map(|it| it.revision);
        if known.is_some_and(|known| stored.revision <= known) {
            return;
        }
        let table = stored.table.clone();
        let before = self.stored.replace(stored);
        let bereft = before.map(|it| table.bereft_since(&it.table));
        if self.me.epoch < table.last_seizure() && !table.nodes().contains(&self.me.process) {
            // It gets no shards before that is known.
            self.beat_at = now;
        }
        self.me.epoch = table.epoch();
        outputs.push(NodeOutput::Table(table.clone()));
        outputs.push(NodeOutput::Event(ClusterEvent::Table(table.epoch())));
        self.host(now, HostInput::Table(table), outputs);
        for process in bereft.into_iter().flatten() {
            self.bereave(now, process, outputs);
        }
    }

    fn bereave(&mut self, now: Monotonic, process: NodeProcess, outputs: &mut Outputs<M>) {
        if process != self.me.process {
            self.member(now, MembershipInput::Bereft(process), outputs);
        } else if self.stage == Stage::Here {
            self.expel(now, outputs);
        }
    }
}
