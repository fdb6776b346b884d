# What `measured` noted of a file: what made it, and what that took.
package Notes;
use strict;
use warnings FATAL => 'all';
use File::Basename qw(basename);
use List::Util qw(max);
use Exporter 'import';
use Tables;
use Words;
our @EXPORT = qw(read_notes);

sub read_note {
    my ($target, $file) = @_;
    my ($seconds, $peak, @commands) = (0, 0);
    for (split /\n/, read_text($file)) {
        my ($kind, @cell) = split /\t/, $_, /^command/ ? 2 : -1;
        if ($kind eq 'command') { push @commands, $cell[0] }
        elsif ($kind eq 'ended') { $seconds += $cell[1]; $peak = max($peak, $cell[4]) if is_number($cell[4]) }
    }
    # without what is about checkpoints alone, and where the scripts lie
    @commands = map { s{^\.pipelines/train .*? -- }{}r =~ s{(?<![\w/])\.pipelines/}{pipelines/}gr } @commands;
    return { target => $target, seconds => $seconds, peak_mib => $peak ? sprintf('%.0f', $peak / 1024) : '-',
        commands => join '\n', map { s{\\}{\\\\}gr } @commands };
}

# Of all files that were made below FOLDER, by target: target, seconds, peak_mib, commands (as lines of text, joined by \n)
sub read_notes {
    my ($folder) = @_;
    my %note;
    for my $place ('data/', '') {
        for my $file (glob "\Q$folder/$place\E.cost/*") {
            my $target = $place . (basename($file) =~ tr/+/\//r);
            $note{$target} = read_note($target, $file);
        }
    }
    return %note;
}

1;
