package org.cloakwork.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Packets of both formats, one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SphinxBenchmark {

    /** Names of parts. */
    @Param({"fast", "bouncycastle"})
    public String format;

    private SphinxLoad load;

    /** For JMH. */
    public SphinxBenchmark() {
    }

    /** Makes routes, packets and tables. */
    @Setup
    public void setUp() {
        load = new SphinxLoad(format(format));
    }

    /** {@return a format by its name} */
    static PacketFormat format(String name) {
        return ServiceLoader.load(PartFactory.class).stream().map(ServiceLoader.Provider::get)
                .filter(factory -> factory.type() == PacketFormat.class && factory.name().equals(name))
                .map(factory -> (PacketFormat) factory.create(Map.of())).findFirst().orElseThrow();
    }

    /** Data packet of 2065 bytes. */
    @Benchmark
    public List<byte[]> data() {
        return load.data();
    }

    /** SURB-ack of 38 bytes. */
    @Benchmark
    public List<byte[]> ack() {
        return load.ack();
    }

    /** One call for each of the two. */
    @Benchmark
    public List<byte[]> pair() {
        return load.pair();
    }

    /** One call for both. */
    @Benchmark
    public List<byte[]> pairAtOnce() {
        return load.pairAtOnce();
    }

    /** One hop. */
    @Benchmark
    public Processed process() {
        return load.process();
    }
}
