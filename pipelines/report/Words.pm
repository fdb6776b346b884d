# Numbers as the report shows them. What is no number is a dash, as in the tools' tables.
package Words;
use strict;
use warnings FATAL => 'all';
use Exporter 'import';
our @EXPORT = qw(is_number three short with_interval took);

sub is_number { my ($x) = @_; return defined $x && $x =~ /^[-+]?[0-9.]/ }
sub three { my ($x) = @_; return is_number($x) ? sprintf('%.3f', $x) : '-' }
sub short {
    my ($x) = @_;
    return !is_number($x) ? '-' : $x == int $x ? "$x" : abs $x < 1000 ? sprintf('%.3g', $x) : sprintf('%.0f', $x);
}

sub with_interval {
    my ($x, $low, $high) = @_;
    return !is_number($x) ? '-' : is_number($low) ? sprintf('%.3f (%.3f to %.3f)', $x, $low, $high)
        : $x == int $x ? "$x" : sprintf('%.3f', $x);
}

sub took {
    my ($seconds) = @_;
    return $seconds >= 3600 ? sprintf('%d h %02d min', $seconds / 3600, $seconds % 3600 / 60)
        : $seconds >= 60 ? sprintf('%d min %02d s', $seconds / 60, $seconds % 60) : sprintf('%.1f s', $seconds);
}

1;
