package org.cloakwork.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The way of a packet before and since routes are a part, beside the sealing of it: a value of each process. */
final class RoutesMeasurement {

    private static final Map<String, String> TITLES = new LinkedHashMap<>();
    /** A packet goes with its acknowledgement, which has a way of its own. */
    private static final int WAYS = 2;
    private static final int WARM_UPS = 3;
    private static final int ITERATIONS = 2;
    private static final String SEALING = "pair";

    static {
        TITLES.put("before", "a way, drawn by the client");
        TITLES.put("uniform", "a way, by uniform");
        TITLES.put("subset", "a way, by subset");
        TITLES.put("subsetTold", "a way, by subset, and told what became of it");
        TITLES.put(SEALING, "sealing a packet and its acknowledgement");
    }

    private final int forks;

    /** @param forks processes of each */
    RoutesMeasurement(int forks) {
        this.forks = forks;
    }

    List<Figure> run() throws RunnerException {
        Map<String, RunResult> results = new LinkedHashMap<>();
        // What this process was told about JMH's use of what newer JDKs warn of.
        String[] told = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--sun-misc")).toArray(String[]::new);
        for (RunResult result : new Runner(new OptionsBuilder().include("RoutesBenchmark")
                .include("SphinxBenchmark.pair$").param("format", "fast").forks(forks).jvmArgsPrepend(told)
                .warmupIterations(WARM_UPS)
                .measurementIterations(ITERATIONS).addProfiler(GCProfiler.class).verbosity(VerboseMode.SILENT).build())
                .run()) {
            String name = result.getParams().getBenchmark();
            results.put(name.substring(name.lastIndexOf('.') + 1), result);
        }
        List<Figure> figures = new ArrayList<>();
        for (Map.Entry<String, String> title : TITLES.entrySet()) {
            RunResult result = results.get(title.getKey());
            double nanos = title.getKey().equals(SEALING) ? 1000 : 1;
            figures.add(new Figure(title.getKey() + "-time", title.getValue(), "ns",
                    values(result, fork -> nanos * fork.getPrimaryResult().getScore())));
            figures.add(new Figure(title.getKey() + "-allocated", "  allocated", "B", values(result,
                    fork -> fork.getSecondaryResults().get("gc.alloc.rate.norm").getScore())));
        }
        double sealing = time(results.get(SEALING));
        for (String name : List.of("before", "uniform", "subset", "subsetTold")) {
            figures.add(new Figure(name + "-share", "two ways (" + name + "), of sealing", "%",
                    new double[] {100 * WAYS * time(results.get(name)) / sealing}));
        }
        return figures;
    }

    /** {@return nanoseconds of one, mean} */
    private static double time(RunResult result) {
        return result.getPrimaryResult().getScore() * (result.getPrimaryResult().getScoreUnit().startsWith("us") ? 1000
                : 1);
    }

    private static double[] values(RunResult result, ToDoubleFunction<BenchmarkResult> of) {
        return result.getBenchmarkResults().stream().mapToDouble(of).toArray();
    }
}
