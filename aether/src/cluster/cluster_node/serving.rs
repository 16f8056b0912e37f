use super::{ClusterEvent, ClusterNode, NodeOutput, Outputs};
use crate::cluster::{HostInput, HostOutput, Monotonic, ReleasedShard};

impl<M> ClusterNode<M> {
    pub(super) fn host(&mut self, now: Monotonic, input: HostInput<M>, outputs: &mut Outputs<M>) {
        let (mut released, mut done) = (Vec::new(), Vec::new());
        let (mut begun, mut lost) = (Vec::new(), Vec::new());
        for output in self.host.step(now, input) {
            outputs.push(match output {
                HostOutput::Begin {
                    shard,
                    since,
                    seized,
                } => {
                    begun.extend(self.serving.insert(shard).then_some(shard));
                    NodeOutput::Begin {
                        shard,
                        since,
                        seized,
                    }
                }
                HostOutput::Dispatch {
                    shard,
                    tenure,
                    message,
                } => NodeOutput::Dispatch {
                    shard,
                    tenure,
                    message,
                },
                HostOutput::Forward { shard, to, message } => {
                    NodeOutput::Forward { shard, to, message }
                }
                HostOutput::Refuse { message, refusal } => NodeOutput::Refuse { message, refusal },
                HostOutput::Warm(shard) => NodeOutput::Warm(shard),
                HostOutput::Lose(shard) => {
                    lost.extend(self.serving.take(&shard));
                    NodeOutput::End(shard)
                }
                HostOutput::Release { shard, to, epoch } => {
                    done.extend(self.serving.take(&shard));
                    let from = self.me.process.clone();
                    released.push(ReleasedShard {
                        shard,
                        from,
                        to,
                        epoch,
                    });
                    NodeOutput::End(shard)
                }
            });
        }
        if !released.is_empty() {
            outputs.push(NodeOutput::Release(released));
        }
        let events = [
            (begun, ClusterEvent::Began as fn(_) -> _),
            (done, ClusterEvent::Released),
            (lost, ClusterEvent::Lost),
        ];
        let events = events.into_iter().filter(|(shards, _)| !shards.is_empty());
        outputs.extend(events.map(|(shards, event)| NodeOutput::Event(event(shards))));
    }
}
