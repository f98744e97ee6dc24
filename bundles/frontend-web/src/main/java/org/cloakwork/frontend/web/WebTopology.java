package org.cloakwork.frontend.web;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.NodeList;
import org.cloakwork.wire.topology.NymApiJson;
import org.cloakwork.wire.topology.RoutableTopology;
import org.cloakwork.wire.topology.TopologyJson;

/** The topology of a directory that the host reads, or of one that it knows itself. */
final class WebTopology {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MINIMUM_PERFORMANCE_PERCENT = 50;

    /** What becomes of an answer; none: the fault says why. */
    private interface Answer {

        void take(byte[] body, String fault);
    }

    private final Host host;
    private final Loop loop;
    private final Map<Integer, Answer> asked = new HashMap<>();
    private int requests;

    WebTopology(Host host, Loop loop) {
        this.host = host;
        this.loop = loop;
    }

    /** {@return one that asks the directory that the host knows} */
    TopologyProvider ofDirectory() {
        return () -> new Question().ask();
    }

    /** {@return one that the host brings as a whole, in the form of nym-client's file} */
    TopologyProvider ofHost() {
        return () -> {
            CompletableFuture<Topology> result = new CompletableFuture<>();
            host.topology(remember((body, fault) -> {
                if (body == null) {
                    result.completeExceptionally(new TopologyException("the topology: " + fault));
                    return;
                }
                try {
                    result.complete(RoutableTopology.require(
                            TopologyJson.read(body, Instant.ofEpochMilli(System.currentTimeMillis()))));
                } catch (WireException e) {
                    result.completeExceptionally(new TopologyException("the topology: " + e.getMessage(), e));
                }
            }));
            return result;
        };
    }

    private int remember(Answer answer) {
        asked.put(++requests, answer);
        return requests;
    }

    /** An answer came, or will not. */
    void answered(int request, byte[] body, String fault) {
        Answer answer = asked.remove(request);
        if (answer != null) {
            answer.take(body, fault);
        }
    }

    private final class Question {

        private final CompletableFuture<Topology> result = new CompletableFuture<>();
        private final NodeList mixnodes = new NodeList();
        private final NodeList gateways = new NodeList();
        private Topology.RewardedSet rewardedSet;
        private Optional<Duration> epochLength;
        private Cancellable patience;

        private CompletableFuture<Topology> ask() {
            patience = loop.schedule(PATIENCE, () -> fail("no answer within " + PATIENCE.getSeconds() + " s", null));
            get(NodeList.REWARDED_SET, body -> rewardedSet = NymApiJson.readRewardedSet(body));
            page(NodeList.MIXNODES, mixnodes);
            page(NodeList.GATEWAYS, gateways);
            host.get(remember((body, fault) -> {
                epochLength = Optional.empty();
                if (body != null) {
                    try {
                        epochLength = Optional.of(NymApiJson.readKeyRotationInfo(body).epochDuration());
                    } catch (WireException e) {
                        // As if it had not been told.
                    }
                }
                goOn();
            }), NodeList.KEY_ROTATION);
            return result;
        }

        private void page(String path, NodeList list) {
            get(path + "?page=" + list.nextPage(), body -> {
                list.add(body);
                if (!list.isComplete()) {
                    page(path, list);
                }
            });
        }

        private void get(String path, Reader reader) {
            host.get(remember((body, fault) -> {
                if (result.isDone()) {
                    return;
                }
                if (body == null) {
                    fail(path + ": " + fault, null);
                    return;
                }
                try {
                    reader.read(body);
                    goOn();
                } catch (WireException e) {
                    fail(path + ": " + e.getMessage(), e);
                }
            }), path);
        }

        private void goOn() {
            if (result.isDone() || rewardedSet == null || epochLength == null || !mixnodes.isComplete()
                    || !gateways.isComplete()) {
                return;
            }
            try {
                result.complete(NodeList.merge(rewardedSet, mixnodes, gateways, MINIMUM_PERFORMANCE_PERCENT,
                        MINIMUM_PERFORMANCE_PERCENT).withEpochLength(epochLength.orElse(Topology.EPOCH)));
                patience.cancel();
            } catch (WireException e) {
                fail(e.getMessage(), e);
            }
        }

        private void fail(String message, Exception cause) {
            patience.cancel();
            result.completeExceptionally(new TopologyException("the directory: " + message, cause));
        }
    }

    /** Takes an answer. */
    private interface Reader {

        void read(byte[] body) throws WireException;
    }
}
