package org.cloakwork.wire.topology;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;

/**
 * A page of a list of nodes.
 *
 * @param metadata  of the list
 * @param total     nodes on all pages
 * @param page      its number, from 0
 * @param nodes     on this page that can be read
 * @param malformed the others
 * @param faults    what of the nodes was left out, such as a name that is none: one line each, naming the field
 */
public record NodesPage(Metadata metadata, long total, long page, List<SkimmedNode> nodes,
                        List<Malformed> malformed, List<String> faults) {

    /**
     * What a list of nodes belongs to; the lists of one refresh must agree in all but the time.
     *
     * @param status          as sent, objects with their keys in order; empty for null
     * @param absoluteEpochId u32
     * @param rotationId      which rotation's Sphinx keys are listed, u32
     * @param refreshedAt     when the directory made it; 1970 if its form is unknown
     */
    public record Metadata(Optional<String> status, long absoluteEpochId, long rotationId, Instant refreshedAt) {

        public Metadata {
            Objects.requireNonNull(status);
            Objects.requireNonNull(refreshedAt);
        }
    }

    /**
     * A node in a list that cannot be read.
     *
     * @param identity who it is, if that can be read
     * @param fault    names the field
     */
    public record Malformed(Optional<IdentityKey> identity, String fault) {

        public Malformed {
            Objects.requireNonNull(identity);
            Objects.requireNonNull(fault);
        }
    }

    public NodesPage {
        Objects.requireNonNull(metadata);
        nodes = List.copyOf(nodes);
        malformed = List.copyOf(malformed);
        faults = List.copyOf(faults);
    }

    /**
     * A page without faults.
     *
     * @param metadata of the list
     * @param total    nodes on all pages
     * @param page     its number, from 0
     * @param nodes    on this page
     */
    public NodesPage(Metadata metadata, long total, long page, List<SkimmedNode> nodes) {
        this(metadata, total, page, nodes, List.of(), List.of());
    }
}
