package org.cloakwork.laboratory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.CheckedCover;
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.laboratory.network.Patience;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;

/**
 * What a client uses.
 *
 * @param routes         a part
 * @param cover          a part
 * @param retransmission a part
 * @param delayMillis    of a mix, mean
 */
record Combination(Variant routes, Variant cover, Variant retransmission, double delayMillis) {

    /** Titles of {@link #cells}. */
    static final List<String> TITLES = List.of("retransmission", "delay-millis");

    private static final int NANOS = 1_000_000;

    /** {@return each with each, routes in turn first} */
    static List<Combination> all(List<Variant> routes, List<Variant> covers, List<Variant> retransmissions,
            List<Double> delays) {
        List<Combination> all = new ArrayList<>();
        for (Variant cover : covers) {
            for (Variant retransmission : retransmissions) {
                for (double delay : delays) {
                    routes.forEach(one -> all.add(new Combination(one, cover, retransmission, delay)));
                }
            }
        }
        return all;
    }

    double delaySeconds() {
        return delayMillis / 1000;
    }

    /** {@return all but the routes} */
    String around() {
        return "cover " + cover + ", retransmission " + retransmission + ", delays of " + TraceStudy.words(delayMillis)
                + " ms";
    }

    /** {@return what of {@link #around} is not the same for all, after the routes} */
    String among(List<Combination> all) {
        return routes + differs(all, one -> one.cover.toString()) + differs(all, one -> one.retransmission.toString())
                + differs(all, one -> TraceStudy.words(one.delayMillis) + " ms");
    }

    private String differs(List<Combination> all, Function<Combination, String> what) {
        return all.stream().map(what).distinct().count() == 1 ? "" : " + " + what.apply(this);
    }

    /** {@return what a client of it uses, for people: of several, with "or" between} */
    static String around(List<Combination> all) {
        return "cover " + either(all, one -> one.cover.toString()) + ", retransmission "
                + either(all, one -> one.retransmission.toString()) + ", delays of "
                + either(all, one -> TraceStudy.words(one.delayMillis)) + " ms";
    }

    private static String either(List<Combination> all, Function<Combination, String> what) {
        return all.stream().map(what).distinct().collect(Collectors.joining(" or "));
    }

    /** {@return the last columns of tables for programs} */
    List<String> cells() {
        return List.of(retransmission.toString(), TraceStudy.words(delayMillis));
    }

    /** Fails now, rather than in the middle, if a part is not there or its settings are wrong. */
    void verify(Installed installed) {
        installed.make(PartKind.ROUTES, routes);
        cover(installed);
        installed.make(PartKind.RETRANSMISSION, retransmission);
    }

    CoverTrafficStrategy cover(Installed installed) {
        return new CheckedCover(installed.make(PartKind.COVER, cover));
    }

    /** {@return a client with parts of its own; the name decides what chance does} */
    DrivenClient client(Installed installed, Ground ground, long seed, String name, DrivenClient.Network network) {
        return new DrivenClient(ground, installed.make(PartKind.ROUTES, routes), cover(installed),
                new Patience(installed.make(PartKind.RETRANSMISSION, retransmission),
                        Duration.ofNanos(Math.round(delayMillis * NANOS)), new Chance(seed, name + "/delays")),
                new Chance(seed, name), network);
    }
}
