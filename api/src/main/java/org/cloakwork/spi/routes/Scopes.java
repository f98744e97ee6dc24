package org.cloakwork.spi.routes;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * For each kind of packet, what the mix of each layer is drawn for. Read from a key for each kind ({@code data},
 * {@code ack}, {@code reply-block}, {@code cover}, {@code cover-ack}) with three words, for layers 1 to 3, such as
 * {@code client client fresh}. Refuses settings by which a route would tell more than a uniform one:
 *
 * <ul>
 * <li>what is the client's where recipients or their gateways see it: two conversations would be known to be of one
 * client;
 * <li>what is drawn for a conversation where our own gateway sees it, or for cover other than for what it covers:
 * messages would be known from cover.
 * </ul>
 */
public final class Scopes {

    /** What metatype says of each of the keys. */
    public static final String DESCRIPTION = "For layers 1, 2 and 3 what their mix is drawn for: fresh, conversation "
            + "or client; refused where others would see what is the client's.";

    /** What looks alike to our own gateway in size and direction. */
    private record Alike(PacketKind kind, PacketKind cover, int layer) {
    }

    private static final List<Alike> ALIKE = List.of(new Alike(PacketKind.DATA, PacketKind.COVER, 1),
            new Alike(PacketKind.REPLY_BLOCK, PacketKind.COVER, Mixes.LAYERS),
            new Alike(PacketKind.ACK, PacketKind.COVER_ACK, Mixes.LAYERS));

    private final Map<PacketKind, List<Scope>> scopes;

    private Scopes(Map<PacketKind, List<Scope>> scopes) {
        this.scopes = scopes;
    }

    /**
     * Reads all kinds of packets.
     *
     * @param configuration where the keys are
     * @param known         scopes that the part has
     * @param usual         three words: the default of all kinds, but in layers that others than our own gateway see
     * @param seenElsewhere the default of these
     * @return what is configured
     * @throws IllegalArgumentException if a value has another form, or would tell others more; says who would see what
     */
    public static Scopes of(PartConfiguration configuration, Set<Scope> known, String usual, Scope seenElsewhere) {
        Map<PacketKind, List<Scope>> read = new EnumMap<>(PacketKind.class);
        for (PacketKind kind : PacketKind.values()) {
            String[] words = usual.split(" ");
            for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
                words[layer - 1] = kind.isSeenElsewhere(layer) ? seenElsewhere.key() : words[layer - 1];
            }
            read.put(kind, words(configuration, kind, known, String.join(" ", words)));
        }
        for (PacketKind kind : PacketKind.values()) {
            refuse(configuration, kind, read.get(kind));
        }
        for (Alike pair : ALIKE) {
            Scope scope = read.get(pair.kind).get(pair.layer - 1);
            Scope cover = read.get(pair.cover).get(pair.layer - 1);
            if (scope != cover) {
                throw wrong(configuration, pair.kind, read.get(pair.kind), "in layer " + pair.layer + " what "
                        + pair.cover.key() + " has there (" + cover.key() + "), since own gateway sees both, and would "
                        + "know them from each other");
            }
        }
        return new Scopes(read);
    }

    private static List<Scope> words(PartConfiguration configuration, PacketKind kind, Set<Scope> known,
            String defaultValue) {
        String text = configuration.textOr(kind.key(), defaultValue);
        List<Optional<Scope>> found = Arrays.stream(text.trim().split("[ ,]+")).map(word -> known.stream()
                .filter(scope -> scope.key().equals(word)).findFirst()).toList();
        if (found.size() != Mixes.LAYERS || !found.stream().allMatch(Optional::isPresent)) {
            throw configuration.wrong(kind.key(), '"' + text + '"', "a word for each of the three layers: "
                    + known.stream().sorted().map(Scope::key).collect(Collectors.joining(", ")));
        }
        return found.stream().map(Optional::orElseThrow).toList();
    }

    private static void refuse(PartConfiguration configuration, PacketKind kind, List<Scope> scopes) {
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            Scope scope = scopes.get(layer - 1);
            if (scope == Scope.CONVERSATION && kind.isCover()) {
                throw wrong(configuration, kind, scopes, "fresh or client, since cover belongs to no conversation");
            } else if (scope == Scope.CLIENT && kind.isSeenElsewhere(layer)) {
                throw wrong(configuration, kind, scopes, "fresh or conversation in layer " + layer + ", since "
                        + kind.seenBy() + " sees that mix, and would know two conversations to be of one client");
            }
        }
    }

    private static IllegalArgumentException wrong(PartConfiguration configuration, PacketKind kind,
            List<Scope> scopes, String allowed) {
        return configuration.wrong(kind.key(),
                '"' + scopes.stream().map(Scope::key).collect(Collectors.joining(" ")) + '"', allowed);
    }

    /**
     * Looks up a kind's layer.
     *
     * @param kind  of a packet
     * @param layer 1, 2 or 3
     * @return what its mix of that layer is drawn for
     */
    public Scope of(PacketKind kind, int layer) {
        return scopes.get(kind).get(layer - 1);
    }
}
