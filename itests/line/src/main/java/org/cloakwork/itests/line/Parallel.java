package org.cloakwork.itests.line;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs of the simulator that have nothing to do with each other, on all cores. */
final class Parallel {

    private Parallel() {
    }

    /** One of many. */
    interface Run<T> {

        T run(int number) throws Exception;
    }

    /**
     * @param count of runs
     * @param run   is told its number, from 0
     * @return the results, in the order of numbers
     */
    static <T> List<T> map(int count, Run<T> run) throws InterruptedException {
        try (ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<T>> begun = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                begun.add(workers.submit(() -> run.run(number)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : begun) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a run failed", e.getCause());
        }
    }
}
