package org.cloakwork.laboratory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.cloakwork.api.Laboratory;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;

/**
 * Bow-Tie (arXiv 2206.00592, frochet/routesim): the time until a user's first message is traced, with a mix of the
 * middle layer that the user keeps (a guard), and without. The paper shows curves; what is compared is their trend.
 */
final class BowTieStudy implements Laboratory.Study {

    private static final int WIDTH = 80;
    private static final double SHARE = 0.2;
    private static final int CLIENTS = 200;
    private static final int OF_A_TASK = 20;
    private static final int HOURS = 24 * 7;
    private static final List<Integer> LOOKS = List.of(1, 6, 24, 72, 168);
    private static final Variant COVER = Variant.parse("none");
    private static final int HOUR = 3600;

    /** What is compared: routes, and whether the layers are drawn anew each hour. */
    private record Case(String name, Variant routes, boolean isRedrawn) {
    }

    private static final List<Case> CASES = List.of(new Case("no guard", Variant.parse("uniform"), true),
            new Case("guard, layers stay", Variant.parse("fixed"), false),
            new Case("guard, layers drawn each hour", Variant.parse("fixed"), true));

    private final Installed installed;
    private final long seed;
    private final Ground ground = new Ground(WIDTH, Ground.LAYERS);

    BowTieStudy(Installed installed, Choices choices) {
        choices.verify(Set.of("seed"));
        this.installed = installed;
        seed = choices.seed();
        installed.make(PartKind.COVER, COVER);
        CASES.forEach(one -> installed.make(PartKind.ROUTES, one.routes));
    }

    @Override
    public List<String> tasks() {
        return IntStream.range(0, CASES.size() * CLIENTS / OF_A_TASK)
                .mapToObj(task -> "bow-tie/" + task % CASES.size() + "/" + task / CASES.size()).toList();
    }

    /** {@return hours until the first message of each client is traced; -1 for none} */
    @Override
    public String run(String task) {
        Case one = CASES.get(Integer.parseInt(task.split("/")[1]));
        Chance chance = new Chance(seed, task);
        double[] firsts = new double[OF_A_TASK];
        int hostile = TraceStudy.hostile(SHARE, ground);
        for (int client = 0; client < OF_A_TASK; client++) {
            First first = new First(ground.places(chance), hostile);
            DrivenClient driven = new DrivenClient(ground, installed.make(PartKind.ROUTES, one.routes),
                    installed.make(PartKind.COVER, COVER), chance, first);
            driven.run(Duration.ofHours(HOURS), one.isRedrawn);
            firsts[client] = first.nanos < 0 ? -1 : first.nanos / (HOUR * 1e9);
        }
        return Answers.line(firsts);
    }

    private static final class First implements DrivenClient.Network {

        private final int[] places;
        private final int hostile;
        private long nanos = -1;

        private First(int[] places, int hostile) {
            this.places = places;
            this.hostile = hostile;
        }

        @Override
        public long goes(long now, PacketKind kind, Mixes mixes) {
            if (nanos < 0 && kind == PacketKind.DATA && places[(int) mixes.first().id()] < hostile
                    && places[(int) mixes.second().id()] < hostile && places[(int) mixes.third().id()] < hostile) {
                nanos = now;
            }
            return 0;
        }
    }

    @Override
    public Laboratory.Report report(Map<String, String> byTask) {
        Answers answers = new Answers(byTask);
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, """
                Bow-Tie (arXiv 2206.00592): users whose first message was traced, %s %% of the mixes hostile, %d
                users, a message a minute without cover. The paper's trend: with a kept mix in the middle most users
                are never traced, as it is honest or not once for all; without one all of them are in time. Ours are
                equal layers; the paper also makes the middle one smaller.

                """, TraceStudy.words(100 * SHARE), CLIENTS));
        List<String> titles = new ArrayList<>(List.of("routes"));
        LOOKS.forEach(hours -> titles.add("after " + hours + " h"));
        Table table = new Table(titles);
        double[] ends = new double[CASES.size()];
        for (int one = 0; one < CASES.size(); one++) {
            double[] firsts = new double[CLIENTS];
            for (int chunk = 0; chunk < CLIENTS / OF_A_TASK; chunk++) {
                System.arraycopy(answers.of("bow-tie/" + one + "/" + chunk, OF_A_TASK), 0, firsts, chunk * OF_A_TASK,
                        OF_A_TASK);
            }
            List<String> cells = new ArrayList<>(List.of(CASES.get(one).name));
            for (int hours : LOOKS) {
                Estimate traced = Estimate.share(Arrays.stream(firsts).filter(first -> first >= 0 && first <= hours)
                        .count(), CLIENTS);
                cells.add(traced.text(2));
                ends[one] = traced.value();
            }
            table.row(cells);
        }
        text.append(table.text()).append("""

                Why ours differs in the last row: Nym draws the layers anew each hour, and with them the kept mix, so
                that a guard serves for an hour and no longer.
                """);
        return new Laboratory.Report(text.toString(), Map.of("bow-tie.csv", table.csv(), "bow-tie.json", table.json()),
                ends[1] < ends[0] ? List.of() : List.of("a guard delays the first trace"));
    }
}
