package org.cloakwork.itests.line;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Tells views of the line apart: a random forest that learns from four fifths and is asked about the last one. */
final class Forest {

    private static final int FOLDS = 5;
    private static final int TREES = 200;
    private static final int DEPTH = 30;
    private static final LabelFactory LABELS = new LabelFactory();
    /** Says something of every tree; kept, or what is set here is forgotten. */
    private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

    static {
        TRIBUO.setLevel(Level.WARNING);
    }

    /**
     * Something whose features are known.
     *
     * @param label    what it is
     * @param features of it, as many of each
     */
    record Sample(String label, double[] features) {

        private Example<Label> example(String[] names) {
            return new ArrayExample<>(new Label(label), names, features);
        }
    }

    /**
     * What the forest said of a sample that it had not learned from.
     *
     * @param label what it is
     * @param said  what the forest took it for
     * @param votes of trees for the label that was asked about, as a share of all
     */
    record Answer(String label, String said, double votes) {
    }

    private Forest() {
    }

    /**
     * @param samples to be told apart
     * @param about   the label whose votes are wanted
     * @param seed    of the folds and the forest
     * @return an answer for each
     */
    static List<Answer> ask(List<Sample> samples, String about, long seed) throws InterruptedException {
        List<Sample> shuffled = new ArrayList<>(samples);
        Collections.shuffle(shuffled, new Random(seed));
        String[] names = IntStream.range(0, samples.getFirst().features().length)
                .mapToObj(number -> String.format("f%04d", number)).toArray(String[]::new);
        return Parallel.map(FOLDS, fold -> ask(shuffled, names, fold, about, seed)).stream().flatMap(List::stream)
                .toList();
    }

    private static List<Answer> ask(List<Sample> samples, String[] names, int fold, String about, long seed) {
        MutableDataset<Label> learned = new MutableDataset<>(new SimpleDataSourceProvenance("the line", LABELS),
                LABELS);
        List<Sample> asked = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            if (i % FOLDS == fold) {
                asked.add(samples.get(i));
            } else {
                learned.add(samples.get(i).example(names));
            }
        }
        Model<Label> forest = new RandomForestTrainer<>(new CARTClassificationTrainer(DEPTH,
                (float) (1 / Math.sqrt(names.length)), seed), new VotingCombiner(), TREES, seed).train(learned);
        List<Answer> answers = new ArrayList<>();
        for (Sample sample : asked) {
            var prediction = forest.predict(sample.example(names));
            Label votes = prediction.getOutputScores().get(about);
            answers.add(new Answer(sample.label(), prediction.getOutput().getLabel(),
                    votes == null ? 0 : votes.getScore()));
        }
        return answers;
    }

    /** {@return the share of right answers} */
    static double accuracy(List<Answer> answers) {
        return answers.stream().filter(answer -> answer.said().equals(answer.label())).count()
                / (double) answers.size();
    }
}
