# Words of `postlens trend`.

trend-title = 傾向
trend-period = { $from } ～ { $to }
trend-nothing = この期間にメールはありません。
trend-heat-scale = 9 は全週のその時間帯の合計 { $count } 通
trend-campaigns = 一斉送信: 一つの送信者または件名から、普段よりはるかに多いメール
trend-sender = { $name }
trend-subject = 件名: { $name }
trend-domains = 宛先のドメイン
trend-capacity = 余裕
trend-capacity-smtpd = smtpd プロセス: 受信接続
trend-capacity-smtp = smtp プロセス: 送信接続
trend-capacity-active = アクティブキューの受信者
trend-capacity-about = 最も忙しい 1 分間と、忙しい上位 1 % の 1 分間に、平均して使われていた数です。
trend-capacity-assumed = 上限は Postfix の既定値です: ここでは設定を読めませんでした。
column-start = 開始
column-hours = 時間
column-peak = 最大
column-peak-at = 時刻
column-usual-peak = 99 %
column-limit = 上限
column-headroom = 余裕
